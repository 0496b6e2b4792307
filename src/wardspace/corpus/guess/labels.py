"""Which columns a model could be scored on, and which others would give their answer away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardspace.corpus.guess.table import Column

_LABEL = (
    "label", "labels", "target", "class", "classes", "outcome", "severity", "specialty", "speciality",
    "diagnosis", "diagnoses", "triage", "grade", "tags", "codes", "icd", "sentiment",
)  # fmt: skip
_KNOWN = (
    "age", "sex", "gender", "ethnicity", "race", "language", "ward", "unit", "site", "hospital", "state",
    "region", "country", "source", "type", "kind", "category", "year", "month", "day", "insurance", "religion",
    "role", "dataset",
)  # fmt: skip
"""Words of names of columns that describe a note or its patient, and are rarely what one wants to predict."""
_SIGNS = ("|", ";", ",")
_MOST_LABELS, _FEWEST_ROWS = 100, 4
"""A column has at most so many labels, each on average in at least so many rows."""
_SAME = 0.98
"""Share of rows in which one column follows from the other, from which on they tell the same."""
ENOUGH = (30, 10)
"""Notes of a class from which on a task keeps it: the first that leaves two classes."""
SHOTS = (8, 16, 32)


@dataclass(frozen=True)
class Label:
    """A column to predict."""

    column: str
    why: str
    counts: Mapping[str, int]
    """Rows of each class."""
    separator: str | None = None
    """Sign between several labels of a row."""
    missing: int = 0
    """Rows without a value."""

    @property
    def min_notes(self) -> int:
        """Notes that a class must have to be scored: 1 where all have enough or too few classes would be left."""
        least = min(self.counts.values())
        fitting = (size for size in ENOUGH if sum(count >= size for count in self.counts.values()) >= 2)
        size = next(fitting, 1)
        return 1 if least >= size else size

    @property
    def smallest(self) -> int:
        """Rows of the smallest class that is scored."""
        return min(count for count in self.counts.values() if count >= self.min_notes)

    @property
    def shots(self) -> list[int]:
        """Numbers of labelled notes a class for few-shot runs, as far as the training notes of each class suffice."""
        return [] if self.separator else [shots for shots in SHOTS if 2 * shots <= self.smallest]


def find_labels(columns: Sequence[Column], categories: Sequence[Column], *, weak: bool) -> list[Label]:
    """Columns that a study could predict, the likeliest first.

    Parameters
    ----------
    columns : sequence of Column
        Columns of short values.
    categories : sequence of Column
        Those of few values.
    weak : bool
        Take the likeliest category where no name says what to predict.
    """
    named = [column for column in columns if column.named(_LABEL)]
    found = [label for column in named if (label := _label(column, column in categories))]
    found = _without_twins(found, {column.name: column for column in named})
    if found or not weak:
        return found
    others = [column for column in categories if not column.named(_KNOWN) and column.distinct <= _MOST_LABELS // 2]
    likeliest = max(others, key=lambda column: column.filled, default=None)
    if likeliest is None:
        return []
    return [
        Label(likeliest.name, "no name says what to predict: a mere guess", likeliest.counts, missing=_gap(likeliest))
    ]


def same_matter(column: Column, label: Column, found: Label) -> str | None:
    """Why a column would give a label away, or be given away by it; None where it does neither."""
    pairs = [
        (a, b) for a, b in zip(column.values or (), label.values or (), strict=True) if a is not None and b is not None
    ]
    if not pairs:
        return None
    if sum(b.casefold() in a.casefold() for a, b in pairs) >= 0.9 * len(pairs) and found.separator is None:
        return f"holds the value of {label.name}, and so the answer"
    if _follows(pairs):
        return f"tells {label.name} without a look at the note"
    if _follows([(b, a) for a, b in pairs]):
        return f"follows from {label.name}"
    return None


def _gap(column: Column) -> int:
    return column.rows - column.filled


def _label(column: Column, category: bool) -> Label | None:
    parts = _several(column)
    if parts:
        sign, counts = parts
        why = f"by its name; {len(counts):,} labels, several a note, with {sign} between"
        return Label(column.name, why, counts, sign, _gap(column))
    if not category:
        return None
    return Label(column.name, f"by its name; {column.distinct:,} classes", column.counts, missing=_gap(column))


def _several(column: Column) -> tuple[str, Mapping[str, int]] | None:
    """The sign between the labels of a row and the rows of each label, where rows have several."""
    for sign in _SIGNS:
        split = Counter[str]()
        for value, count in column.counts.items():
            for part in {part.strip() for part in value.split(sign)} - {""}:
                split[part] += count
        joined = sum(count for value, count in column.counts.items() if sign in value)
        single = sum(count for value, count in column.counts.items() if value in split)
        # the parts must be values themselves: a comma inside the name of a class parts nothing
        alone = sum(part in column.counts for part in split) >= 0.5 * len(split) and single > 0
        enough = joined >= max(2, 0.005 * column.filled) and column.filled >= _FEWEST_ROWS * len(split)
        if alone and enough and len(split) <= _MOST_LABELS:
            return sign, split
    return None


def _without_twins(labels: Sequence[Label], columns: Mapping[str, Column]) -> list[Label]:
    """Labels of which none tells another: of two that do, the one with fewer classes stays."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda one: len(one.counts)):
        if not any(same_matter(columns[label.column], columns[one.column], one) for one in kept):
            kept.append(label)
    return kept


def _follows(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether the second values follow from the first, and more than their commonest value would alone."""
    joint, first, second = Counter(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    if len(first) * 2 > len(pairs) or len(second) < 2:
        return False
    best: dict[str, int] = {}
    for (a, _), count in joint.items():
        best[a] = max(best.get(a, 0), count)
    commonest = max(second.values()) / len(pairs)
    share = sum(best.values()) / len(pairs)
    return share >= _SAME and share - commonest >= 0.5 * (1 - commonest)
