"""Label budgets: training notes in a seeded order whose beginning has every type, and keeps to their shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import derive
from wardspace.core.wording import counted


@dataclass(frozen=True)
class NoteBudgets:
    """Training notes to draw label budgets from.

    Attributes
    ----------
    rows : int64 [n]
        Their rows in the corpus, rising.
    note_ids : sequence of str
        Their names.
    has : bool [n, types]
        Which types (or answers) each has.
    noun : str
        What one of them is called.
    """

    rows: NDArray[np.int64]
    note_ids: Sequence[str]
    has: NDArray[np.bool_]
    noun: str = "training note"

    def learned(self, notes: int | None, seed: int) -> NDArray[np.int64]:
        """Rows to learn from: all of them, or so many of a seeded order; rising."""
        if notes is None or notes >= len(self.rows):
            return self.rows
        return np.sort(self.rows[ordered(self.note_ids, self.has, seed)[0][:notes]])

    @cached_property
    def fewest(self) -> int:
        """Notes that it takes to have one of every type."""
        return ordered(self.note_ids, self.has, 0)[1]

    def sizes(self, shares: Sequence[float]) -> list[int]:
        """Numbers of notes that shares come to; without those that cannot hold every type."""
        found = dict.fromkeys(round(share * len(self.rows)) for share in sorted(shares))
        return [size for size in found if self.fewest <= size < len(self.rows)]

    def too_small(self, shares: Sequence[float], what: str) -> list[str]:
        """What is said of the other shares."""
        return [
            f"The label budget of {share:.0%} ({counted(round(share * len(self.rows)), self.noun)}) is left out: "
            f"it takes {self.fewest} to have one of every {what}."
            for share in shares
            if round(share * len(self.rows)) < self.fewest
        ]


def ordered(note_ids: Sequence[str], has: NDArray[np.bool_], seed: int) -> tuple[NDArray[np.int64], int]:
    """Order notes so that each beginning of the order is a stratified sample of them.

    The type (or "no mention") of which the smallest share of notes has been taken comes next, the rarest of equals, and
    takes the next note that has it by a hash of seed and name. So a smaller budget lies inside a larger one, whole
    notes are drawn and never sentences, and no other note moves when one is added.

    Parameters
    ----------
    note_ids : sequence of str
        Names of the notes.
    has : bool [n, types]
        Which types each note has mentions of.
    seed : int
        Number of the subset.

    Returns
    -------
    (int64 [n], int)
        Places of the notes, and how many of the first of them have every type that any note has.
    """
    keys = np.array([derive("label budget", seed, name) for name in note_ids], dtype=np.int64)
    by_hash = np.argsort(keys, kind="stable")
    groups = np.concatenate([has, ~has.any(axis=1, keepdims=True)], axis=1)[by_hash]
    sizes = groups.sum(axis=0)
    known = np.flatnonzero(sizes)
    queues = {group: np.flatnonzero(groups[:, group]).tolist() for group in known.tolist()}
    heads = dict.fromkeys(queues, 0)
    taken, free = np.zeros(groups.shape[1], dtype=np.int64), np.ones(len(groups), dtype=bool)
    order: list[int] = []
    fewest = 0
    types = known[known < has.shape[1]]
    while len(order) < len(groups):
        group = min(queues, key=lambda one: (taken[one] / sizes[one], sizes[one], one))
        queue = queues[group]
        while heads[group] < len(queue) and not free[queue[heads[group]]]:
            heads[group] += 1
        if heads[group] == len(queue):
            del queues[group]
            continue
        place = queue[heads[group]]
        free[place] = False
        order.append(place)
        taken += groups[place]
        if not fewest and (taken[types] > 0).all():
            fewest = len(order)
    return by_hash[order], fewest
