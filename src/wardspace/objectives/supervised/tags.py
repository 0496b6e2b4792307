"""Tags of tokens: mentions as B, I, O (and E, S), and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.models.token_vectors import TokenVectors
from wardspace.models.tokens import PlacedTokens

Scheme = Literal["BIO", "BIOES"]
Pieces = Literal["first", "all"]
OUTSIDE = "O"


class TagSpan(NamedTuple):
    """Positions `first` to `last` (not included) that name something of a type, by its number."""

    first: int
    last: int
    type: int


@dataclass(frozen=True)
class TagScheme:
    """Tags of some types of entity.

    BIO marks where a mention begins (B) and goes on (I); BIOES also where it ends (E), and mentions of one token (S).

    Parameters
    ----------
    scheme : {"BIO", "BIOES"}
        Which of the two.
    types : tuple of str
        Names of the types.

    References
    ----------
    Ramshaw and Marcus 1995, Text Chunking using Transformation-Based Learning (BIO). Ratinov and Roth 2009, Design
    Challenges and Misconceptions in Named Entity Recognition (BIOES, there BILOU).

    Examples
    --------
    >>> scheme = TagScheme("BIO", ("Drug",))
    >>> [scheme.names[tag] for tag in scheme.encode([TagSpan(1, 3, 0)], 4)]
    ['O', 'B-Drug', 'I-Drug', 'O']
    """

    scheme: Scheme
    types: tuple[str, ...]

    @property
    def letters(self) -> str:
        """Letters of a mention's tags."""
        return "BI" if self.scheme == "BIO" else "BIES"

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the tags by number; `O` is 0."""
        return (OUTSIDE, *(f"{letter}-{name}" for name in self.types for letter in self.letters))

    @cached_property
    def _parts(self) -> list[tuple[str, int]]:
        """Letter and type of each tag."""
        return [(OUTSIDE, -1), *((letter, code) for code in range(len(self.types)) for letter in self.letters)]

    def tag(self, letter: str, kind: int) -> int:
        """Number of a tag."""
        return 1 + kind * len(self.letters) + self.letters.index(letter)

    def encode(self, spans: Iterable[TagSpan], positions: int) -> NDArray[np.int32]:
        """Tags [positions] of spans that share no position."""
        tags = np.zeros(positions, dtype=np.int32)
        for first, last, kind in spans:
            tags[first:last] = self.tag("I", kind)
            tags[first] = self.tag("B", kind)
            if self.scheme == "BIOES":
                tags[last - 1] = self.tag("E" if last - first > 1 else "S", kind)
        return tags

    def decode(self, tags: Sequence[int] | NDArray[np.integer]) -> list[TagSpan]:
        """Spans of tags.

        A mention that goes on where none has begun begins there; one that does not end (BIOES) ends where another tag
        follows, as in conlleval.
        """
        found: list[TagSpan] = []
        first, kind = -1, -1
        for place, tag in enumerate([*(int(one) for one in tags), 0]):
            letter, own = self._parts[tag]
            if first >= 0 and not (letter in "IE" and own == kind):
                found.append(TagSpan(first, place, kind))
                first = -1
            if letter != OUTSIDE and first < 0:
                first, kind = place, own
            if letter in "ES" and first >= 0:
                found.append(TagSpan(first, place + 1, kind))
                first = -1
        return found

    @cached_property
    def goes_on(self) -> NDArray[np.bool_]:
        """Tags that continue a mention, bool [tags]."""
        return np.array([letter in "IE" for letter, _ in self._parts])

    @cached_property
    def follows(self) -> NDArray[np.bool_]:
        """Whether a tag (column) may follow another one (row), bool [tags, tags]."""
        return np.array([[self._may_follow(one, other) for other in self._parts] for one in self._parts])

    def _may_follow(self, one: tuple[str, int], other: tuple[str, int]) -> bool:
        if other[0] in "IE":
            return one[0] in "BI" and one[1] == other[1]
        return self.scheme == "BIO" or one[0] not in "BI"

    @cached_property
    def ends(self) -> NDArray[np.bool_]:
        """Tags that a text may end with, bool [tags]."""
        return np.array([self.scheme == "BIO" or letter not in "BI" for letter, _ in self._parts])


class Positions(NamedTuple):
    """Where a text is tagged: at each piece of its words, or at the first piece of each."""

    places: NDArray[np.int64]
    """Tokens that carry a tag, int64 [p]."""
    bounds: NDArray[np.int32]
    """First character that each tag speaks for, and the one after its last, int32 [p, 2]."""


def positions_of(text: str, tokens: PlacedTokens | TokenVectors, pieces: Pieces) -> Positions:
    """Where a text is tagged.

    A word ends where the tokenizer ends it, and where letters or digits meet other signs: some tokenizers cut at blanks
    alone, and a mention ends before the comma.

    Parameters
    ----------
    text : str
        The text.
    tokens : PlacedTokens or TokenVectors
        Its tokens.
    pieces : {"first", "all"}
        Whether the first piece of each word is tagged, or every piece.
    """
    bounds = [_trimmed(text, int(start), int(end)) for start, end in tokens.offsets]
    kept = [place for place, (start, end) in enumerate(bounds) if start < end]
    if pieces == "all":
        return _positions(kept, [bounds[place] for place in kept])
    firsts: list[int] = []
    words: list[tuple[int, int]] = []
    for before, place in pairwise([-1, *kept]):
        start, end = bounds[place]
        if before < 0 or tokens.words[before] != tokens.words[place] or _parted(text, start):
            firsts.append(place)
            words.append((start, end))
        else:
            words[-1] = (words[-1][0], max(end, words[-1][1]))
    return _positions(firsts, words)


def _positions(places: Sequence[int], bounds: Sequence[tuple[int, int]]) -> Positions:
    return Positions(np.array(places, dtype=np.int64), np.array(bounds, dtype=np.int32).reshape(-1, 2))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without blanks around it: some tokenizers count the blank before a word as part of it."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _parted(text: str, at: int) -> bool:
    return at > 0 and not (text[at - 1].isalnum() and text[at].isalnum())


def spans_at(mentions: Iterable[tuple[int, int, int]], bounds: NDArray[np.int32]) -> list[TagSpan]:
    """Positions of mentions (first character, the one after the last, type); without those that lie between positions.

    A mention that begins or ends within what a tag speaks for reaches to its border.
    """
    found = []
    for start, end, kind in mentions:
        first = int(np.searchsorted(bounds[:, 1], start, side="right"))
        last = int(np.searchsorted(bounds[:, 0], end, side="left"))
        if first < last:
            found.append(TagSpan(first, last, kind))
    return found
