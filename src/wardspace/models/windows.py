"""Long notes as overlapping windows, and windows as batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.models.tokens import Affixes, Ids


def spans(tokens: int, room: int, overlap: float) -> list[tuple[int, int]]:
    """Cut a note of `tokens` tokens into windows of at most `room` tokens that cover every token.

    Parameters
    ----------
    tokens : int
        Tokens of the note, special tokens not counted.
    room : int
        Tokens a window has without its special tokens.
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


def most_central(tokens: int, plan: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Choose for each token the window that reads it with the most context on its poorer side.

    Where a window begins or ends with the text, nothing is missing there. Of windows that are equally good the first
    is chosen.

    Parameters
    ----------
    tokens : int
        Tokens of the text.
    plan : sequence of (start, end)
        Windows that cover them (see `spans`).

    Returns
    -------
    int64 [tokens]
        Place in `plan`.
    """
    chosen = np.zeros(tokens, dtype=np.int64)
    context = np.full(tokens, -1, dtype=np.int64)
    for place, (start, end) in enumerate(plan):
        inside = np.arange(end - start)
        before = inside if start > 0 else np.full(end - start, tokens)
        after = inside[::-1] if end < tokens else np.full(end - start, tokens)
        found = np.minimum(before, after)
        better = start + np.flatnonzero(found > context[start:end])
        context[better] = found[better - start]
        chosen[better] = place
    return chosen


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
