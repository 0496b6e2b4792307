"""Records of the shape of the embedding spaces."""

from __future__ import annotations

from typing import Literal

from wardspace.results.record import Record


class SpaceScore(Record):
    """One measure of the shape of a model's space."""

    model: str
    """Model."""
    column: str
    """Label or metadata column; `*` where the measure needs none."""
    measure: str
    """Name of the measure."""
    value: float
    """Its value."""
    better: Literal["higher", "lower"]
    """Which direction is better."""
    n: int
    """Notes measured."""
    low: float | None = None
    """Lower end of the interval; null where none is worked out."""
    high: float | None = None
    """Upper end of the interval."""
    error: float | None = None
    """Standard error of having compared a sample of the notes with all; null where all pairs were compared."""
    p: float | None = None
    """Of the permutation test of separability (on `variance_explained`): labels shuffled between patients."""


class SpaceDifference(Record):
    """A paired difference of two models' spaces in one measure."""

    model: str
    """Model."""
    against: str
    """The model it is compared with."""
    column: str
    """Label or metadata column; `*` where the measure needs none."""
    measure: str
    """Name of the measure."""
    value: float
    """Measure of `model` minus measure of `against`."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    tie: bool
    """True if the interval includes zero: no difference shown."""


class Similarity(Record):
    """Similarity of two models' spaces of the same notes."""

    model: str
    """Model."""
    against: str
    """The model it is compared with."""
    measure: str
    """`linear_cka` or `rbf_cka`: centred kernel alignment."""
    value: float
    """1 if the spaces are equal up to rotation and scale; about 0 if they have nothing in common."""
    n: int
    """Notes compared."""
    error: float | None = None
    """Standard error of having compared blocks of notes; null where all pairs were compared."""


class Shift(Record):
    """How a category of notes moved from one model's space to another's, once the one is turned onto the other."""

    model: str
    """Model after adaptation."""
    against: str
    """Model before."""
    column: str
    """Label or metadata column; `*` for all notes."""
    category: str
    """Value of the column; `*` for all notes."""
    n: int
    """Notes of the category."""
    moved: float
    """Mean over its notes of 1 − the cosine of the note's vectors before and after."""
    centre: float
    """Distance of the category's mean vectors before and after."""
    apart_before: float | None = None
    """Mean cosine within the category less the mean cosine with other categories, before."""
    apart: float | None = None
    """The same after."""
    low: float | None = None
    """Lower end of the interval of `apart` minus `apart_before`."""
    high: float | None = None
    """Its upper end."""
