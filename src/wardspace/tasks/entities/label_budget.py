"""Label budgets: training notes in a seeded order whose beginning has every type, and keeps to their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import derive


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
