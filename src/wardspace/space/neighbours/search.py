"""One pass over pairs of notes, which every measure of neighbours shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.space.neighbours.retrieval import Retrieved, retrieval_scores
from wardspace.space.unit import Codes

NEIGHBOURS = 10
"""Neighbours looked at."""
_CELLS = 2**23
"""Most pairs compared at once: some 250 MB, whatever the number of notes."""


@dataclass(frozen=True)
class Search:
    """What was found for each query."""

    queries: NDArray[np.int64]
    """Rows that were asked for, shape (q,)."""
    notes: int
    """Rows that were searched."""
    potentials: NDArray[np.float64]
    """Σ exp(−2 ‖x − y‖²) over all other rows, shape (q,)."""
    nearest: NDArray[np.int64]
    """The nearest rows of other patients, shape (q, k); −1 where there are no more."""
    retrieved: dict[str, Retrieved] = field(default_factory=dict)
    """How the notes of each query's label are ranked, by column."""


def search(
    units: NDArray[np.floating],
    labels: Mapping[str, Codes] | None = None,
    *,
    groups: NDArray[np.generic] | None = None,
    queries: NDArray[np.int64] | None = None,
    neighbours: int = NEIGHBOURS,
    block: int | None = None,
) -> Search:
    """Compare queries with all notes by cosine.

    Parameters
    ----------
    units : float array of shape (n, d)
        Rows of length one; in their precision are they compared.
    labels : mapping of str to int array of shape (n,), optional
        Class of each row by column, −1 for none. Notes without one are neither asked for nor found in this column.
    groups : array of shape (n,), optional
        Patient of each note. Only other patients' notes are ranked: copied-forward text would otherwise make a
        patient's own notes the nearest and hide what is asked.
    queries : int array of shape (q,), optional
        Rows to ask for; all of them if left out.
    neighbours : int
        Neighbours looked at; fewer where there are not so many.
    block : int, optional
        Queries compared at once; the result does not depend on it.

    Returns
    -------
    Search
    """
    n = len(units)
    rows = np.arange(n) if queries is None else queries
    owners = np.arange(n) if groups is None else np.unique(groups, return_inverse=True)[1]
    rivals = n - np.bincount(owners)[owners]
    squares = np.einsum("ij,ij->i", units, units)
    found = _Blocks(list(labels or {}))
    size = block or max(1, min(512, _CELLS // max(n, 1)))
    for start in range(0, len(rows), size):
        asked = rows[start : start + size]
        cosines = units[asked] @ units.T
        potentials = _potentials(cosines, squares, asked)
        cosines[owners[asked, None] == owners[None, :]] = -np.inf
        order = np.argsort(-cosines, axis=1)
        found.add(potentials, _first(order, rivals[asked], neighbours))
        for name, codes in (labels or {}).items():
            found.retrieved[name].append(retrieval_scores(codes[order], rivals[asked], codes[asked], neighbours))
    return found.joined(rows, n, neighbours)


class _Blocks:
    """Findings block by block."""

    def __init__(self, columns: list[str]) -> None:
        self.potentials: list[NDArray[np.float64]] = []
        self.nearest: list[NDArray[np.int64]] = []
        self.retrieved: dict[str, list[Retrieved]] = {name: [] for name in columns}

    def add(self, potentials: NDArray[np.float64], nearest: NDArray[np.int64]) -> None:
        self.potentials.append(potentials)
        self.nearest.append(nearest)

    def joined(self, rows: NDArray[np.int64], notes: int, neighbours: int) -> Search:
        if not len(rows):
            return Search(rows, notes, np.empty(0), np.empty((0, neighbours), np.int64))
        retrieved = {name: Retrieved.joined(blocks) for name, blocks in self.retrieved.items()}
        return Search(rows, notes, np.concatenate(self.potentials), np.concatenate(self.nearest), retrieved)


def _potentials(
    cosines: NDArray[np.floating], squares: NDArray[np.floating], asked: NDArray[np.int64]
) -> NDArray[np.float64]:
    distances = squares[asked, None] + squares[None, :] - 2 * cosines
    potentials = np.exp(-2 * np.maximum(distances, 0.0, out=distances), out=distances)
    # a note is no pair with itself
    potentials[np.arange(len(asked)), asked] = 0.0
    return np.asarray(potentials.sum(axis=1, dtype=np.float64))


def _first(order: NDArray[Any], rivals: NDArray[np.int64], neighbours: int) -> NDArray[np.int64]:
    """The first of each row's order; its own patient's notes are at the end and are no neighbours."""
    first = order[:, :neighbours]
    return np.where(np.arange(first.shape[1]) < rivals[:, None], first, -1)
