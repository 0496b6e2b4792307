"""Which notes are annotated next: drawn in batches, the same for every annotator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from wardspace.core.seeds import derive
from wardspace.corpus.annotation.kept import FOLDER
from wardspace.corpus.journal import Journal

Order = Literal["active", "random"]
"""How notes are chosen: by what a model is unsure of, or by lot."""
_PATIENCE = 60


class Batch(BaseModel):
    """Notes drawn at one time; a line of `annotations/_batches.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    version: Literal[1] = 1
    """Version of this schema."""
    column: str
    """The column that is annotated."""
    order: Order
    """How they were chosen."""
    split: str
    """The split that they are of."""
    model: str | None = None
    """Whose vectors they were chosen by."""
    time: str
    """When, UTC, ISO 8601."""
    notes: tuple[str, ...]
    """Their ids, in the order in which they are shown."""

    @classmethod
    def now(cls, column: str, order: Order, split: str, notes: Sequence[str], model: str | None = None) -> Batch:
        """A batch drawn now."""
        time = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(column=column, order=order, split=split, notes=tuple(notes), model=model, time=time)


def batch_file(corpus: Path) -> Journal[Batch]:
    """The batches of a corpus, to add to; waits where another process draws one.

    Raises
    ------
    CorpusError
        If another process holds the file for a minute, or a line of it is no batch.
    """
    return Journal(
        corpus / FOLDER / "_batches.jsonl",
        Batch,
        what="batch",
        busy="another process is drawing notes",
        patience=_PATIENCE,
    )


def by_lot(note_ids: Sequence[str], count: int, seed: int) -> list[str]:
    """Draw notes, each as likely as any other; the first n of a larger draw are the smaller one.

    Parameters
    ----------
    note_ids : sequence of str
        To draw from.
    count : int
        Most notes.
    seed : int
        Another seed draws others.
    """
    return sorted(note_ids, key=lambda note_id: derive("annotate", seed, note_id))[:count]
