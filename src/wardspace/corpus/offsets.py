"""Where a place in a text goes when the text is edited."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple


class Edit(NamedTuple):
    """Characters `start` to `end` (exclusive) are replaced by `size` others."""

    start: int
    end: int
    size: int


def trimmed_edit(start: int, old: str, new: str) -> Edit:
    """The edit that turns `old`, standing at `start`, into `new`, less what both begin or end with."""
    head, most = 0, min(len(old), len(new))
    while head < most and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < most - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Edit(start + head, start + len(old) - tail, len(new) - head - tail)


class _Pass:
    """The edits of one step, in the order of the text and apart from each other."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._edits = edits
        self._ends = [edit.end for edit in edits]
        self._growth = [0, *accumulate(edit.size - (edit.end - edit.start) for edit in edits)]

    def start(self, place: int) -> int:
        """Where a span that begins at `place` begins afterwards."""
        done = bisect_right(self._ends, place)
        if done < len(self._edits) and self._edits[done].start < place:
            place = self._edits[done].start
        return place + self._growth[done]

    def end(self, place: int) -> int:
        """Where a span that ends before `place` ends afterwards."""
        done = bisect_right(self._ends, place)
        if done < len(self._edits) and self._edits[done].start < place:
            return self._edits[done].start + self._growth[done] + self._edits[done].size
        return place + self._growth[done]


class Offsets:
    """Maps character offsets of a text before cleaning to offsets after it.

    An offset inside a replaced stretch goes to its beginning (for the start of a span) or its end (for the end), so
    that a span that covered a part of it covers all of what took its place.

    Parameters
    ----------
    passes : iterable of sequences of Edit
        The edits of each step, in offsets of the text that the step met.
    """

    def __init__(self, passes: Iterable[Sequence[Edit]] = ()) -> None:
        self._passes = [_Pass(edits) for edits in passes if edits]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the characters `start` to `end` (exclusive) stand now; None if none of them is left."""
        for step in self._passes:
            start, end = step.start(start), step.end(end)
            if start >= end:
                return None
        return start, end
