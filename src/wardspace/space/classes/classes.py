"""The classes that a column divides notes into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.space.unit import Codes


@dataclass(frozen=True)
class Classes:
    """Notes with a class of at least two."""

    rows: NDArray[np.int64]
    """Rows of these notes; none where fewer than two classes are left."""
    codes: Codes
    """Class of each of them, 0 to k − 1."""
    names: list[str]
    """Value of each class."""

    def spread(self, n: int) -> Codes:
        """Class of each of all `n` rows, −1 for none."""
        every = np.full(n, -1)
        every[self.rows] = self.codes
        return every


def classes(values: NDArray[Any]) -> Classes:
    """Classes of at least two notes; none at all where fewer than two classes are left."""
    known = np.flatnonzero([value is not None for value in values])
    names, codes, counts = np.unique(values[known].astype(str), return_inverse=True, return_counts=True)
    large = counts >= 2
    if known.size == 0 or large.sum() < 2:
        return Classes(np.empty(0, np.int64), np.empty(0, np.int64), [])
    renumbered = np.full(len(names), -1)
    renumbered[large] = np.arange(large.sum())
    new = renumbered[codes]
    return Classes(known[new >= 0], new[new >= 0], [str(name) for name in names[large]])
