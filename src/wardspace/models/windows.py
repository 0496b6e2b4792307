"""Long notes as overlapping windows, and windows as batches of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from wardspace.models.tokens import Ids, TokenPair

P_contra = TypeVar("P_contra", contravariant=True)
P = TypeVar("P")


class Around(Protocol[P_contra]):
    """Special tokens of one kind of window: of a text, or of two that are read together."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def wrap(self, window: P_contra, /) -> tuple[Ids, Ids]:
        """Ids and token types of the whole sequence, int32 [t] each."""
        ...


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


def pair_windows(pair: TokenPair, room: int, overlap: float) -> list[TokenPair]:
    """Cut two texts that are read together into windows: the longer one by `spans`, the shorter one whole in each.

    Nothing is cut off, unless the shorter text would fill more than half of the room: of that one the first half of the
    room is read.

    Parameters
    ----------
    pair : TokenPair
        The texts.
    room : int
        Tokens of both that a window has without its special tokens.
    overlap : float
        As for `spans`.
    """
    first, second = pair.first, pair.second
    if len(pair) <= room:
        return [pair]
    shorter = min(len(first), len(second), room // 2)
    cuts = spans(max(len(first), len(second)), room - shorter, overlap)
    if len(first) < len(second):
        return [TokenPair(first[:shorter], second[start:end]) for start, end in cuts]
    return [TokenPair(first[start:end], second[:shorter]) for start, end in cuts]


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


def padded(
    windows: Sequence[P], around: Around[P], pad: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Put special tokens around windows and pad them on the right.

    Returns
    -------
    (ndarray, ndarray, ndarray), all of shape (windows, longest), int64
        Token ids, attention mask, and token types.
    """
    whole = [around.wrap(window) for window in windows]
    longest = max(1, *(len(own) for own, _ in whole))
    ids = np.full((len(windows), longest), pad, dtype=np.int64)
    mask, types = np.zeros_like(ids), np.zeros_like(ids)
    for row, (own, kinds) in enumerate(whole):
        ids[row, : len(own)] = own
        types[row, : len(own)] = kinds
        mask[row, : max(1, len(own))] = 1  # attention over nothing at all is not a number
    return ids, mask, types
