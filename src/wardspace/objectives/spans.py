"""Anchor and positive spans of a note (DeCLUTR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

ANCHOR_BETA = (4.0, 2.0)
"""Beta distribution of anchor lengths: most are long."""
POSITIVE_BETA = (2.0, 4.0)
"""Beta distribution of positive lengths: most are short."""


class Span(NamedTuple):
    """Tokens `start` to `end` (not included) of a note."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Number of tokens."""
        return self.end - self.start


class Bounds(NamedTuple):
    """Fewest and most tokens of a span of one note."""

    shortest: int
    longest: int


class Draw(NamedTuple):
    """An anchor with its positives."""

    anchor: Span
    positives: list[Span]


@dataclass(frozen=True)
class SpanRule:
    """How spans are drawn from a note of n tokens.

    Candidate slots of `longest` tokens lie side by side from the start of the note. For each anchor a slot is drawn
    evenly, a length floor(Beta(4, 2) · (longest - shortest) + shortest), and a start, evenly, such that the anchor
    lies in the slot; the slot and its neighbours are then taken. Slots are drawn from those that leave room for the
    anchors still to come (with one or two anchors that is all that are free), so anchors never overlap.

    A positive has length floor(Beta(2, 4) · (longest - shortest) + shortest) and a start drawn evenly from
    [max(0, anchor start - length), min(anchor end, n - length)]: it may overlap its anchor, touch it or lie inside it.
    `subsuming` positives lie inside the anchor, whose length is then the longest for them; `adjacent` ones touch it on
    either side (cut to the wider side where neither holds the drawn length).

    Parameters
    ----------
    anchors, positives : int
        Anchors of a note; positives of an anchor.
    longest, shortest : int
        Bounds of span lengths in tokens.
    strategy : "any", "subsuming" or "adjacent"
        Where positives lie.
    scaled : bool
        False keeps one longest length and leaves out notes with n < 2 · anchors · longest, as the paper does. True
        solves that rule for the length instead: longest = min(`longest`, n // (2 · anchors)), and where that is less
        than `longest`, shortest = min(`shortest`, half of it). Only notes of fewer than 2 · anchors tokens stay out.

    References
    ----------
    Giorgi et al. 2021, DeCLUTR: Deep Contrastive Learning for Unsupervised Textual Representations, section 3.1.
    """

    anchors: int
    positives: int
    longest: int
    shortest: int
    strategy: Literal["any", "subsuming", "adjacent"] = "any"
    scaled: bool = True

    def bounds(self, n: int) -> Bounds | None:
        """Bounds of span lengths in a note of n tokens; None where it is too short."""
        longest = n // (2 * self.anchors)
        if longest >= self.longest:
            return Bounds(self.shortest, self.longest)
        if not self.scaled or longest < 1:
            return None
        return Bounds(max(1, min(self.shortest, longest // 2)), longest)

    def draw(self, n: int, random: np.random.Generator) -> list[Draw]:
        """Anchors with their positives in a note of n tokens.

        Raises
        ------
        ValueError
            If the note is too short (see `bounds`).
        """
        bounds = self.bounds(n)
        if bounds is None:
            raise ValueError(f"a note of {n} tokens is too short for these spans")
        anchors = [_anchor(slot, bounds, random) for slot in self._slots(n // bounds.longest, random)]
        return [
            Draw(anchor, [self._positive(anchor, n, bounds, random) for _ in range(self.positives)])
            for anchor in anchors
        ]

    def _slots(self, count: int, random: np.random.Generator) -> list[int]:
        free = set(range(count))
        chosen = []
        for left in range(self.anchors - 1, -1, -1):
            fit = [slot for slot in sorted(free) if _apart(free - {slot - 1, slot, slot + 1}) >= left]
            slot = fit[int(random.integers(len(fit)))]  # what `choice` does, without making an array
            chosen.append(slot)
            free -= {slot - 1, slot, slot + 1}
        return chosen

    def _positive(self, anchor: Span, n: int, bounds: Bounds, random: np.random.Generator) -> Span:
        if self.strategy == "subsuming":
            length = _length(POSITIVE_BETA, Bounds(bounds.shortest, anchor.length), random)
            return _span(int(random.integers(anchor.start, anchor.end - length + 1)), length)
        length = _length(POSITIVE_BETA, bounds, random)
        if self.strategy == "adjacent":
            return _beside(anchor, n, length, random)
        first, last = max(0, anchor.start - length), min(anchor.end, n - length)
        return _span(int(random.integers(first, last + 1)), length)


def _apart(free: set[int]) -> int:
    """How many slots of `free` can be taken with no two of them neighbours."""
    count, last = 0, -2
    for slot in sorted(free):
        if slot > last + 1:
            count, last = count + 1, slot
    return count


def _length(beta: tuple[float, float], bounds: Bounds, random: np.random.Generator) -> int:
    return int(random.beta(*beta) * (bounds.longest - bounds.shortest) + bounds.shortest)


def _anchor(slot: int, bounds: Bounds, random: np.random.Generator) -> Span:
    length = _length(ANCHOR_BETA, bounds, random)
    start = slot * bounds.longest + int(random.integers(0, bounds.longest - length + 1))
    return _span(start, length)


def _beside(anchor: Span, n: int, length: int, random: np.random.Generator) -> Span:
    room = {"before": anchor.start, "after": n - anchor.end}
    sides = [side for side, tokens in room.items() if tokens >= length]
    if not sides:
        sides = [max(room, key=lambda side: room[side])]
        length = room[sides[0]]
    before = sides[int(random.integers(len(sides)))] == "before"
    return _span(anchor.start - length if before else anchor.end, length)


def _span(start: int, length: int) -> Span:
    return Span(start, start + length)
