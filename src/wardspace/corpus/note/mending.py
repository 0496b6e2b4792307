"""Mentions whose offsets are not those of their words: read in other units, or moved to where the words are.

Programs count characters, halves of UTF-16 (JavaScript, Java, C#) or bytes, a line break of two characters as one or
two, and some are off by one. The words that an annotation quotes tell which.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

Place = tuple[tuple[int, int], ...]
"""First and last (exclusive) character of each stretch of a mention."""
CHARACTERS, UTF16, BYTES, LINES = "characters", "UTF-16 units", "bytes", "CR LF as one"
"""What offsets count."""
_NEAR = 20
"""Characters by which offsets may be off where the same words are elsewhere, too."""


class Mention(NamedTuple):
    """A mention as it is annotated."""

    place: Place
    words: str
    """What it quotes, stretches parted by a blank."""


class Mending(NamedTuple):
    """What was done to the mentions of a document."""

    read: int
    """Mentions that quote their words."""
    mended: int = 0
    """Those that were moved."""
    lost: int = 0
    """Those that were left out: their words are nowhere, or not clearly at one place."""
    units: str = CHARACTERS
    """What its offsets count."""
    first: int | None = None
    """The first that was moved or left out."""
    where: str = ""
    """Where that is annotated, if not in the row of the document."""


class _Text:
    """A text whose offsets may count something else than characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._of = lru_cache(maxsize=8)(self._places)

    def units(self) -> Iterator[str]:
        """Units in which the text is longer or shorter than in characters; combined with a line break as one."""
        codes = [] if self.text.isascii() else [BYTES]
        if any(sign > "\uffff" for sign in self.text):
            codes.insert(0, UTF16)
        breaks = [LINES] if "\r\n" in self.text else []
        yield from (*breaks, *codes, *(f"{code}, {LINES}" for code in codes if breaks))

    def place(self, place: Place, units: str) -> Place | None:
        """A place in characters; None where it is outside, or within a character."""
        if units == CHARACTERS:
            return place if all(0 <= start <= end <= len(self.text) for start, end in place) else None
        known = self._of(units)
        found = tuple((known.get(start, -1), known.get(end, -1)) for start, end in place)
        return found if all(0 <= start <= end for start, end in found) else None

    def says(self, place: Place | None, words: str) -> bool:
        """Whether a place holds these words, blanks and case aside."""
        return place is not None and _plain(" ".join(self.text[start:end] for start, end in place)) == _plain(words)

    def trimmed(self, place: Place | None, words: str) -> Place | None:
        """A place without the blanks at its ends that its words do not have."""
        if not place:
            return place
        start, end = place[0][0], place[-1][1]
        inside = self.text[start:end]
        start += 0 if words[:1].isspace() else len(inside) - len(inside.lstrip())
        end -= 0 if words[-1:].isspace() else len(inside) - len(inside.rstrip())
        if len(place) == 1:
            return ((start, end),)
        return ((start, place[0][1]), *place[1:-1], (place[-1][0], end))

    def _places(self, units: str) -> dict[int, int]:
        lines = LINES in units
        widths = [0 if lines and sign == "\r" else 1 for sign in self.text]
        if UTF16 in units:
            widths = [width + (sign > "\uffff") for width, sign in zip(widths, self.text, strict=True)]
        elif BYTES in units:
            sizes = [len(sign.encode("utf-8", "surrogatepass")) - 1 for sign in self.text]
            widths = [width + size for width, size in zip(widths, sizes, strict=True)]
        if lines:  # a CR alone is a character
            for alone in re.finditer(r"\r(?!\n)", self.text):
                widths[alone.start()] = 1
        known: dict[int, int] = {}
        for index, offset in enumerate(accumulate(widths, initial=0)):
            known.setdefault(offset, index)
        return known


def mend(text: str, mentions: Sequence[Mention]) -> tuple[list[Place | None], Mending]:
    """Find the places of mentions.

    Where all are where they say, or one unit makes most of them so, that is what offsets count in the whole document.
    What is still elsewhere is moved to the words' nearest place, if that is less than 20 characters away and any other
    is twice as far, or to the only place where the words are; else it moves as most of the others do, if that brings it
    to its words.

    Parameters
    ----------
    text : str
        The document.
    mentions : sequence of Mention
        What is annotated in it.

    Returns
    -------
    tuple of list and Mending
        The place of each mention, None for one that is lost; and what was done.

    Examples
    --------
    >>> mend("Chest pain.", [Mention(((7, 11),), "pain"), Mention(((0, 5),), "chest"), Mention(((1, 2),), "rash")])[0]
    [((6, 10),), ((0, 5),), None]
    """
    held = _Text(text)
    units, places = _best_units(held, mentions)
    found: list[Place | None] = [
        held.trimmed(place, mention.words) if held.says(place, mention.words) else None
        for place, mention in zip(places, mentions, strict=True)
    ]
    wrong = [i for i, place in enumerate(found) if place is None]
    if wrong:
        taken = {place for place in found if place is not None}
        shifts = Counter[int]()
        for i in wrong:
            said = places[i] or mentions[i].place
            found[i] = _moved(held, said, mentions[i].words, taken)
            if (place := found[i]) is not None:
                taken.add(place)
                shifts[place[0][0] - said[0][0]] += 1
        _move_as_others(held, mentions, places, found, shifts)
    changed = [i for i, (place, one) in enumerate(_pairs(found, mentions)) if place != _usual(held, one.place, units)]
    lost = found.count(None)
    return found, Mending(len(mentions), len(changed) - lost, lost, units, next(iter(changed), None))


def _pairs(found: list[Place | None], mentions: Sequence[Mention]) -> Iterator[tuple[Place | None, Mention]]:
    return zip(found, mentions, strict=True)


def _usual(text: _Text, place: Place, units: str) -> Place:
    """Where a mention is by its offsets as a format may count them: a line break of two characters as one or two."""
    return text.place(place, LINES if units.endswith(LINES) else CHARACTERS) or ()


def _best_units(text: _Text, mentions: Sequence[Mention]) -> tuple[str, list[Place | None]]:
    """The units under which most mentions are where they say, characters before others, and their places."""
    best, places = CHARACTERS, [text.place(one.place, CHARACTERS) for one in mentions]
    right = sum(text.says(place, one.words) for place, one in _pairs(places, mentions))
    if right == len(mentions):
        return best, places
    for units in text.units():
        other = [text.place(one.place, units) for one in mentions]
        count = sum(text.says(place, one.words) for place, one in _pairs(other, mentions))
        if count > right:
            best, places, right = units, other, count
    return best, places


def _moved(text: _Text, place: Place, words: str, taken: set[Place]) -> Place | None:
    """Where the words of a mention clearly are."""
    if len(place) > 1:  # the stretches move together
        steps = sorted(range(-_NEAR, _NEAR + 1), key=abs)
        shifted = (tuple((start + step, end + step) for start, end in place) for step in steps)
        return next((one for one in shifted if text.says(text.place(one, CHARACTERS), words)), None)
    if not (pattern := _pattern(words)):
        return None
    start = place[0][0]
    reach = _NEAR + len(words)
    near = [one for one in _occurrences(pattern, text.text, start - reach, start + 2 * reach) if (one,) not in taken]
    near = [one for one in near if abs(one[0] - start) <= _NEAR]
    if near:
        first, *others = sorted(near, key=lambda one: abs(one[0] - start))
        clear = not others or 2 * abs(first[0] - start) <= abs(others[0][0] - start)
        return (first,) if clear else None
    everywhere = _occurrences(pattern, text.text, 0, len(text.text))
    return (everywhere[0],) if len(everywhere) == 1 else None


def _move_as_others(
    text: _Text,
    mentions: Sequence[Mention],
    places: Sequence[Place | None],
    found: list[Place | None],
    shifts: Counter[int],
) -> None:
    if not shifts:
        return
    step = shifts.most_common(1)[0][0]
    for i, mention in enumerate(mentions):
        if found[i] is None:
            shifted = tuple((start + step, end + step) for start, end in places[i] or mention.place)
            if text.says(text.place(shifted, CHARACTERS), mention.words):
                found[i] = shifted


def _occurrences(pattern: str, text: str, low: int, high: int) -> list[tuple[int, int]]:
    """Where a pattern is between two places: as a word of its own, if it is there as one."""
    for form in (rf"(?<!\w)(?=({pattern})(?!\w))", rf"(?=({pattern}))"):
        found = [match.span(1) for match in re.compile(form, re.IGNORECASE).finditer(text, max(0, low), max(0, high))]
        if found:
            return found
    return []


def _pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())


def _plain(words: str) -> str:
    words = words if words.isascii() else unicodedata.normalize("NFC", words)
    return " ".join(words.split()).casefold()
