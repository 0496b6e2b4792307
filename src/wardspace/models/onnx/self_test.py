"""Sentences with their fp32 vectors, to find out whether a graph computes what it should on this processor."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from wardspace.core.errors import ModelError
from wardspace.core.files import write_text
from wardspace.models.unit_length import unit_length

SELF_TEST = "self_test.json"
LEAST_COSINE = 0.99
"""Mean cosine to the fp32 vectors below which a variant is refused."""
SENTENCES = (
    "Fever.",
    "The patient denies chest pain, cough or shortness of breath.",
    "Past medical history: type 2 diabetes, hypertension, asthma.",
    "Started on 40 mg of furosemide twice a day; follow-up in two weeks.",
    "CT of the abdomen shows no evidence of bowel obstruction, and the liver is normal in size.",
    "She fell on the stairs this morning and cannot put weight on her left knee, which is swollen and warm.",
    "Blood pressure 128/76, heart rate 72 and regular, oxygen saturation 98% on room air.",
    "The wound is clean and dry. Sutures are to be removed in ten days. Keep the dressing dry until then. Come back "
    "earlier if there is redness, fever, discharge or more pain than today. No driving while taking the pain tablets.",
)
"""Written for this purpose; they are in no note."""


class Embedding(Protocol):
    """What is tested."""

    def encode(self, texts: list[str], *, show_progress: bool) -> NDArray[np.float32]:
        """Vectors [n, d] of texts."""


class SelfTest(BaseModel):
    """self_test.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: list[str]
    """The sentences."""
    vectors: list[list[float]]
    """The vector of each in fp32."""

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> SelfTest:
        """The test with these vectors of `SENTENCES`."""
        return cls(texts=list(SENTENCES), vectors=vectors.tolist())

    @classmethod
    def read(cls, path: Path) -> SelfTest:
        """Read self_test.json.

        Raises
        ------
        ModelError
            If it is damaged.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise ModelError("damaged file", where=path, fix="export the model again") from error

    def write(self, folder: Path) -> None:
        """Write self_test.json."""
        write_text(folder / SELF_TEST, self.model_dump_json() + "\n")

    def cosine(self, encoder: Embedding) -> float:
        """Mean cosine of an encoder's vectors to those that are kept; vectors that are not finite count as -1."""
        found = unit_length(encoder.encode(self.texts, show_progress=False))
        kept = unit_length(np.asarray(self.vectors, dtype=np.float32))
        cosines = (found * kept).sum(axis=1)
        return float(np.where(np.isfinite(cosines), cosines, -1.0).mean())
