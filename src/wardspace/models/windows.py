"""Long notes as overlapping windows, and windows as batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from wardspace.models.tokens import Affixes, Ids


def spans(tokens: int, room: int, overlap: float) -> list[tuple[int, int]]:
    """Cut a note of `tokens` tokens into windows of at most `room` tokens that cover every token.

    Parameters
    ----------
    tokens : int
        Tokens of the note, special tokens not counted.
    room : int
        Tokens a window holds beside its special tokens.
    overlap : float
        Share of a window that the next one reads again, in [0, 1); the step is at least one token.

    Returns
    -------
    list of (start, end)
        In order; one (possibly empty) window where the note fits. All but the last are full.
    """
    if tokens <= room:
        return [(0, tokens)]
    step = max(1, room - int(overlap * room))
    last = -(-(tokens - room) // step)  # the first window that reaches the end
    return [(index * step, min(index * step + room, tokens)) for index in range(last + 1)]


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Group places of `lengths`, longest first; a batch holds one window, or as many as pad to `budget` tokens."""
    order = sorted(range(len(lengths)), key=lambda place: (-lengths[place], place))
    start = 0
    while start < len(order):
        size = max(1, budget // max(1, lengths[order[start]]))
        yield order[start : start + size]
        start += size


def padded(windows: Sequence[Ids], affixes: Affixes, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Put special tokens around windows and pad them on the right.

    Returns
    -------
    (Tensor, Tensor), both of shape (windows, longest), int64
        Token ids and attention mask.
    """
    before, after = len(affixes.before), len(affixes.after)
    longest = max(1, max(len(window) for window in windows) + affixes.count)
    ids = np.full((len(windows), longest), pad, dtype=np.int64)
    mask = np.zeros((len(windows), longest), dtype=np.int64)
    for row, window in enumerate(windows):
        end = before + len(window)
        ids[row, :before] = affixes.before
        ids[row, before:end] = window
        ids[row, end : end + after] = affixes.after
        mask[row, : max(1, end + after)] = 1  # attention over nothing at all is not a number
    return torch.from_numpy(ids), torch.from_numpy(mask)
