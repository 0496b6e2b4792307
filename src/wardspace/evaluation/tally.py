"""Sums over units, and metrics of such sums: what every statistic of the comparison is made of.

A kind of task turns the stored predictions of one run into a `Tally`: what each unit (a note, mention, pair, question
or query) adds to every sum that its metrics need. Scores, intervals, paired differences, subgroups and drift draw,
weigh and choose units, and know nothing else of the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Floats = NDArray[np.float64] | NDArray[np.float32]

Sums = Mapping[str, Doubles]
"""Sums by part: [...] of a plain part, [..., labels] of a part with one column a label."""


def numbered(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """Number names in their order, so that equal sets of names get equal numbers: as `Tally` numbers patients."""
    plain = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
    encoded = plain.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=lambda i: str(names[i]))] = np.arange(len(names))
    return rank[encoded.indices.to_numpy(zero_copy_only=False)], sorted(names)


class Column(NamedTuple):
    """What a column of a tally sums up."""

    part: str
    """Such as `hits`."""
    label: str | None = None
    """The class, label or type that is counted; None for a plain sum."""


@dataclass(frozen=True)
class Tally:
    """What each unit of one run adds to the sums that metrics are made of.

    Attributes
    ----------
    columns : tuple of Column
        What the columns of `table` are; those of one part lie side by side.
    table : bool, int or float64 [units, columns]
        What each unit adds.
    units : tuple of str
        Name of each unit, sorted.
    groups : int64 [units]
        Number of each unit's patient, from 0: what the bootstrap draws.
    patients : tuple of str
        Names of the patients by number.
    notes : tuple of str
        The note that each unit lies in: by it a unit belongs to a subgroup and a period.
    truth : array [units] or [units, k], optional
        What is right of each unit, which must be the same for every run. Classes [units] (one is right) or flags
        [units, labels] (several may be) where there are probabilities.
    probabilities : float32 [units, classes], optional
        Probability of each class or label, for calibration, abstention and rank metrics.
    """

    columns: tuple[Column, ...]
    table: NDArray[Any]
    units: tuple[str, ...]
    groups: NDArray[np.int64]
    patients: tuple[str, ...]
    notes: tuple[str, ...]
    truth: NDArray[Any] | None = None
    probabilities: NDArray[np.float32] | None = None

    @classmethod
    def of(
        cls,
        parts: Mapping[str, NDArray[Any]],
        *,
        units: Iterable[str],
        patients: Iterable[str],
        notes: Iterable[str] | None = None,
        labels: Sequence[str] = (),
        truth: NDArray[Any] | None = None,
        probabilities: NDArray[np.float32] | None = None,
    ) -> Tally:
        """Put parts side by side, the units in the order of their names and the patients numbered in theirs.

        Parameters
        ----------
        parts : mapping of str to array [units] or [units, labels]
            What each unit adds to each sum.
        units, patients, notes : iterables of str
            Name of each unit, of its patient, and of its note (by default the unit's own name).
        labels : sequence of str
            Names of the columns of two-dimensional parts.
        truth, probabilities : arrays, optional
            See the class.

        Examples
        --------
        >>> tally = Tally.of({"exact": np.array([1, 0, 1])}, units=["c", "a", "b"], patients=["x", "y", "x"])
        >>> tally.units, tally.groups.tolist(), tally.total()["exact"].item()
        (('a', 'b', 'c'), [1, 0, 0], 2.0)
        """
        columns = [
            Column(name, label) for name, part in parts.items() for label in (labels if part.ndim == 2 else [None])
        ]
        table = np.concatenate([part.reshape(len(part), -1) for part in parts.values()], axis=1)
        named, owners = list(units), list(patients)
        order = np.array(sorted(range(len(named)), key=lambda row: named[row]), dtype=np.int64)
        known = sorted(set(owners))
        number = {patient: i for i, patient in enumerate(known)}
        groups = np.array([number[owner] for owner in owners], dtype=np.int64)
        within = named if notes is None else list(notes)
        return cls(
            tuple(columns), table[order], tuple(named[row] for row in order), groups[order], tuple(known),
            tuple(within[row] for row in order),
            None if truth is None else truth[order],
            None if probabilities is None else probabilities[order],
        )  # fmt: skip

    @property
    def n_groups(self) -> int:
        """Number of patients."""
        return len(self.patients)

    @property
    def exclusive(self) -> bool:
        """Whether there are probabilities of classes of which exactly one is right."""
        return self.probabilities is not None and self.truth is not None and self.truth.ndim == 1

    def same_units(self, other: Tally) -> bool:
        """Whether another tally is of the same units of the same patients, with the same right answers."""
        if (self.units, self.patients) != (other.units, other.patients):
            return False
        if not np.array_equal(self.groups, other.groups):
            return False
        if self.truth is None or other.truth is None:
            return self.truth is other.truth
        return np.array_equal(self.truth, other.truth)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Tally:
        """Some of the units; patients keep their numbers, also those without a unit left."""
        at = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        return replace(
            self,
            table=self.table[at],
            units=tuple(self.units[row] for row in at),
            notes=tuple(self.notes[row] for row in at),
            groups=self.groups[at],
            truth=None if self.truth is None else self.truth[at],
            probabilities=None if self.probabilities is None else self.probabilities[at],
        )

    def by_group(self, groups: NDArray[np.integer] | None = None, n: int | None = None) -> Doubles:
        """Sums of each patient [patients, columns], or of other groups of units [n, columns]."""
        of = self.groups if groups is None else groups
        size = self.n_groups if n is None else n
        found = np.empty((size, len(self.columns)))
        for place in range(len(self.columns)):
            found[:, place] = np.bincount(of, weights=self.table[:, place], minlength=size)
        return found

    def split(self, sums: Doubles) -> Sums:
        """Sums [..., columns] by part."""
        found: dict[str, Doubles] = {}
        start = 0
        for part, labels in self.parts.items():
            found[part] = sums[..., start] if labels == (None,) else sums[..., start : start + len(labels)]
            start += len(labels)
        return found

    def total(self) -> Sums:
        """Sums over all units."""
        return self.split(self.table.sum(axis=0, dtype=np.float64))

    @property
    def parts(self) -> dict[str, tuple[str | None, ...]]:
        """Labels of the columns of each part; `(None,)` for a plain one."""
        found: dict[str, tuple[str | None, ...]] = {}
        for column in self.columns:
            found[column.part] = (*found.get(column.part, ()), column.label)
        return found


@dataclass(frozen=True)
class Metric:
    """A function of sums.

    Attributes
    ----------
    name : str
        Name in results.json, such as `macro_f1`.
    needs : tuple of str
        Parts of the tally that it reads.
    function : callable
        From the sums of these parts, in this order, to values. Sums are [...] or [..., labels] with any leading axes
        (resamples, patients left out); values are [...], NaN where undefined.
    support : str or None
        Of a metric that averages over labels, the part that counts the right units of each label: a label without any
        must not count. Within a subgroup, labels with few of them are left out.
    secondary : bool
        Given on the whole test split alone, not on validation, by subgroup or by period.
    higher_is_better : bool
        Which direction is better.
    """

    name: str
    needs: tuple[str, ...]
    function: Callable[..., Doubles]
    support: str | None = None
    secondary: bool = False
    higher_is_better: bool = True

    def value(self, sums: Sums) -> Doubles:
        """Value of each row of sums."""
        return self.function(*(sums[part] for part in self.needs))


@dataclass(frozen=True)
class RankMetric:
    """A metric of the order in which probabilities put the units; no function of sums.

    Attributes
    ----------
    name : str
        Name in results.json, such as `auroc`.
    function : callable
        From what is right (bool [units]), the probabilities [units] and weights (float32 [units, resamples]) to values
        [resamples] of one class; NaN where undefined.
    """

    name: str
    function: Callable[[NDArray[np.bool_], Floats, NDArray[np.float32]], Doubles]
    secondary: bool = True
    higher_is_better: bool = True

    def value(self, tally: Tally, weights: NDArray[np.float32]) -> Doubles:
        """Mean over the classes, each against the rest, of each resample.

        A class for which it is undefined in a resample is left out of that resample's mean; NaN where that leaves none.

        Parameters
        ----------
        tally : Tally
            With probabilities.
        weights : float32 [units, resamples]
            How often each unit counts.
        """
        truth, probabilities = tally.truth, tally.probabilities
        if truth is None or probabilities is None:
            raise ValueError(f"{self.name} needs probabilities")
        has = (truth if truth.ndim == 2 else truth[:, None] == np.arange(probabilities.shape[1])).astype(bool)
        found = np.stack([self.function(has[:, code], column, weights) for code, column in enumerate(probabilities.T)])
        known = ~np.isnan(found)
        total = np.where(known, found, 0).sum(axis=0)
        return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
