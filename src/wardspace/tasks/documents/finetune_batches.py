"""What fine-tuning reads in each epoch: one window of every note, in batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.models.tokens import Ids
from wardspace.models.windows import spans

_POOL = 32
"""Batches that are sorted by length together: enough to save padding, few enough to keep their company random."""


def drawn_window(ids: Ids, room: int, overlap: float, *keys: str | int) -> Ids:
    """One of a note's windows, drawn by `keys` (seed, epoch, note id); the note itself where it fits."""
    plan = spans(len(ids), room, overlap)
    start, end = plan[0] if len(plan) == 1 else plan[int(generator("window", *keys).integers(len(plan)))]
    return ids[start:end]


def length_batches(lengths: Sequence[int], size: int, *keys: str | int) -> Iterator[NDArray[np.int64]]:
    """Shuffle places 0 … n - 1 by `keys` into batches of at most `size`, notes of like length together.

    Yields
    ------
    int64 [at most size]
        Each place in one batch.
    """
    random = generator("order", *keys)
    order = random.permutation(len(lengths))
    sizes = np.asarray(lengths)
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(order), size * _POOL):
        pool = order[start : start + size * _POOL]
        pool = pool[np.argsort(sizes[pool], kind="stable")]
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    for place in random.permutation(len(batches)):
        yield batches[place]
