"""Words of a text with their places, for baselines that read words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.corpus.note.scripts import UNSPACED
from wardspace.objectives.supervised.tags import TagSpan, spans_at
from wardspace.tasks.entities.mentions import ScoredMention

_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+|[^\w\s]|_")


class Words(NamedTuple):
    """The words of a text: runs of letters and digits, and every other sign by itself.

    So is every letter of a script that puts no blanks between words.
    """

    texts: list[str]
    bounds: NDArray[np.int32]
    """First character of each, and the one after its last, int32 [words, 2]."""

    @classmethod
    def of(cls, text: str) -> Words:
        """Split a text.

        Examples
        --------
        >>> Words.of("naloxone-induced (5 mg)").texts
        ['naloxone', '-', 'induced', '(', '5', 'mg', ')']
        """
        found = list(_WORD.finditer(text))
        bounds = np.array([one.span() for one in found], dtype=np.int32).reshape(-1, 2)
        return cls([one.group() for one in found], bounds)

    def mention(self, span: TagSpan, types: Sequence[str], confidence: float) -> ScoredMention:
        """The characters of some words."""
        start, end = self.bounds[span.first, 0], self.bounds[span.last - 1, 1]
        return ScoredMention(int(start), int(end), types[span.type], confidence)


class Example(NamedTuple):
    """The words of an annotated text, and those that name something."""

    words: Words
    spans: list[TagSpan]

    @classmethod
    def of(cls, text: str, mentions: Iterable[tuple[int, int, int]]) -> Example:
        """From mentions with the numbers of their types, none of which overlaps another."""
        words = Words.of(text)
        return cls(words, spans_at(mentions, words.bounds))
