"""Sequences read end to end, without padding, and the rectangles in which attention takes them.

All of an encoder but its attention works on each token alone, so it needs no padding at all; attention compares tokens
of one sequence, and takes sequences of like length together (the unpadding of Portes et al., MosaicBERT, NeurIPS 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

RECTANGLE = 64
"""A further rectangle costs a CPU about as much as this many padded positions."""


@dataclass(frozen=True)
class Rectangle:
    """Sequences of like length that attention takes together.

    Parameters
    ----------
    count, width : int
        Sequences, and the length of the longest.
    start : int
        Where it begins among all places of all rectangles.
    mask : Tensor, bool [count, 1, 1, width], or None
        True where there is a token; None where no sequence is shorter than the rectangle.
    """

    count: int
    width: int
    start: int
    mask: torch.Tensor | None

    @property
    def places(self) -> slice:
        """Its places among those of all rectangles."""
        return slice(self.start, self.start + self.count * self.width)


@dataclass(frozen=True)
class Layout:
    """Where each of n sequences with t tokens in all lies, and its place in the rectangles (p places in all).

    Parameters
    ----------
    lengths : int64 [n]
        Tokens of each sequence, falling.
    starts : int64 [n]
        Where each begins.
    positions : int64 [t]
        Place of each token in its sequence, from 0.
    owners : int64 [t]
        Sequence of each token.
    rectangles : tuple of Rectangle
        In the order of the sequences.
    spread : int64 [p]
        Token that each place of the rectangles holds; padding holds the first token of its sequence, masked out.
    gather : int64 [t]
        Place in the rectangles of each token.
    types : int64 [t] or None
        Token type of each token, where texts are read together; None leaves all at the model's own, which is 0.
    """

    lengths: torch.Tensor
    starts: torch.Tensor
    positions: torch.Tensor
    owners: torch.Tensor
    rectangles: tuple[Rectangle, ...]
    spread: torch.Tensor
    gather: torch.Tensor
    types: torch.Tensor | None = None

    @property
    def tokens(self) -> int:
        """Tokens of all sequences."""
        return len(self.positions)

    @property
    def padded(self) -> int:
        """Places of all rectangles, padding counted."""
        return len(self.spread)

    def moved(self, move: Any) -> Layout:
        """The same layout with every tensor passed through `move` (to a device, into pinned memory)."""
        tensors = {name: move(value) for name, value in vars(self).items() if isinstance(value, torch.Tensor)}
        rectangles = tuple(r if r.mask is None else replace(r, mask=move(r.mask)) for r in self.rectangles)
        return replace(self, **tensors, rectangles=rectangles)


def layout_of(lengths: Sequence[int], rectangle: int = RECTANGLE) -> Layout:
    """Lay out sequences whose lengths do not rise.

    Parameters
    ----------
    lengths : sequence of int
        Tokens of each sequence, special ones counted, at least one each.
    rectangle : int
        How many padded positions may be read to save a rectangle.

    Raises
    ------
    ValueError
        If a length rises or is below one.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    if len(sizes) and ((np.diff(sizes) > 0).any() or sizes[-1] < 1):
        raise ValueError("lengths must not rise and must be at least one")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[: len(sizes)]
    owners = np.repeat(np.arange(len(sizes)), sizes)
    positions = np.arange(int(sizes.sum())) - starts[owners]
    rectangles: list[Rectangle] = []
    spread: list[npt.NDArray[np.int64]] = []
    gather: list[npt.NDArray[np.int64]] = []
    first = place = 0
    for end in _ends(sizes, rectangle):
        own, width = sizes[first:end], int(sizes[first])
        columns = np.arange(width)
        real = columns < own[:, None]
        spread.append((starts[first:end, None] + np.where(real, columns, 0)).ravel())
        gather.append(place + np.flatnonzero(real))
        mask = None if real.all() else torch.from_numpy(real[:, None, None, :])
        rectangles.append(Rectangle(end - first, width, place, mask))
        first, place = end, place + real.size
    return Layout(
        lengths=torch.from_numpy(sizes),
        starts=torch.from_numpy(starts),
        positions=torch.from_numpy(positions),
        owners=torch.from_numpy(owners),
        rectangles=tuple(rectangles),
        spread=torch.from_numpy(_joined(spread)),
        gather=torch.from_numpy(_joined(gather)),
    )


def to_rectangles(values: torch.Tensor, layout: Layout) -> torch.Tensor:
    """From tokens [t, …] to the places of the rectangles [p, …]; padding holds some token of its sequence.

    Gradients at padding are taken for zero: masked keys have none, and nothing reads the rows of padded queries.
    """
    if layout.padded == layout.tokens:  # then both orders are the same
        return values
    moved: torch.Tensor = _Moved.apply(values, layout.spread, layout.gather)  # type: ignore[no-untyped-call]
    return moved


def from_rectangles(values: torch.Tensor, layout: Layout) -> torch.Tensor:
    """From the places of the rectangles [p, …] to tokens [t, …]; gradients at padding are zero."""
    if layout.padded == layout.tokens:
        return values
    moved: torch.Tensor = _Taken.apply(values, layout.gather)  # type: ignore[no-untyped-call]
    return moved


class _Moved(torch.autograd.Function):
    """Rows by index, where each of `back` is the one place of a row whose gradient counts."""

    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, index: torch.Tensor, back: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(back)
        return values.index_select(0, index)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (back,) = ctx.saved_tensors
        return gradients[0].index_select(0, back), None, None


class _Taken(torch.autograd.Function):
    """Rows by an index without repetitions: the backward pass writes instead of adding."""

    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(index)
        ctx.rows = len(values)
        return values.index_select(0, index)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (index,) = ctx.saved_tensors
        given = gradients[0]
        return given.new_zeros(ctx.rows, *given.shape[1:]).index_copy_(0, index, given), None


def _ends(sizes: npt.NDArray[np.int64], rectangle: int) -> list[int]:
    """Where rectangles end, so that padding and `rectangle` for each of them cost least (dynamic programming)."""
    if not len(sizes):
        return []
    # a rectangle only ever ends where a length does
    last = np.append(np.flatnonzero(np.diff(sizes)), len(sizes) - 1) + 1
    first = np.concatenate([[0], last[:-1]])
    widths = sizes[first]
    cost = np.zeros(len(last) + 1, dtype=np.int64)
    best = np.zeros(len(last) + 1, dtype=np.int64)
    for k in range(1, len(last) + 1):
        options = cost[:k] + (last[k - 1] - first[:k]) * widths[:k] + rectangle
        best[k] = int(np.argmin(options))
        cost[k] = options[best[k]]
    ends: list[int] = []
    k = len(last)
    while k:
        ends.append(int(last[k - 1]))
        k = int(best[k])
    return ends[::-1]


def _joined(arrays: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)
