"""A classifier that has been fitted: features of notes (or pairs) in, classes with their probabilities out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.tasks.kind import RunKey
from wardspace.tasks.predictions import NAME, lists, names

_ID, _PROBABILITIES = (
    pa.field("note_id", NAME, nullable=False),
    pa.field("probabilities", pa.list_(pa.float32()), nullable=False),
)
PREDICTED = pa.schema([_ID, pa.field("predicted", pa.int32(), nullable=False), _PROBABILITIES])
"""Columns of what is predicted of a note: the number of its class, and the probability of each."""
SEVERAL_PREDICTED = pa.schema([_ID, pa.field("predicted", pa.list_(pa.bool_()), nullable=False), _PROBABILITIES])
"""The same where notes may have several labels: for each class, whether they have it."""


class Named(Protocol):
    """What is classified: notes, or pairs of texts."""

    @property
    def note_id(self) -> NDArray[np.object_]:
        """Their names."""
        ...


U = TypeVar("U", bound=Named)


class Keepable(Protocol):
    """A classifier of texts that are in no corpus."""

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own."""
        ...


@dataclass(frozen=True)
class FittedClassifier(Generic[U]):
    """A classifier of notes, or of other units.

    Attributes
    ----------
    probabilities : callable
        From units to the probability of each class, float32 [n, classes].
    thresholds : float64 [classes] or None
        Probability from which a note is given a label, where it may have several; else the likeliest class is taken.
    about : mapping
        What results must say of it.
    reader : callable, optional
        Gives the same classifier for texts of no corpus, where there is one.
    """

    probabilities: Callable[[U], NDArray[np.float32]]
    thresholds: NDArray[np.float64] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    reader: Callable[[], Keepable] | None = None

    def predict(self, units: U) -> pa.Table:
        """Class or labels of each unit, with the probability of every class."""
        found = np.asarray(self.probabilities(units), dtype=np.float32)
        if self.thresholds is None:
            decided, schema = pa.array(found.argmax(axis=1), pa.int32()), PREDICTED
        else:
            decided, schema = lists(found >= self.thresholds, pa.bool_()), SEVERAL_PREDICTED
        return pa.table([names(units.note_id), decided, lists(found, pa.float32())], schema=schema)

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own.

        Raises
        ------
        ValueError
            If it does not read texts by itself.
        """
        if self.reader is None:
            raise ValueError(f"{run.setting} does not read texts by itself")
        self.reader().save(folder, run)
