r"""Sentences of notes, with their places.

Notes are not prose: lines break in mid-sentence, lists have no full stops, headings stand on lines of their own, and
many words end in a full stop that ends no sentence. A sentence ends

- at a full stop, question or exclamation mark before something that a sentence begins with, but not behind an
  abbreviation, an initial or the number of a list item, and not within a tag of de-identification (`[**…**]`);
- at an empty line, before an item of a list, and around a heading that has its line for itself;
- at any other line break, unless the line goes on in the next one: that one begins in small letters, or this one ends
  in a comma or a word that asks for more, or is full, as lines of a note are that was broken at some width.

A heading before its text on the same line belongs to the first sentence of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import yaml

from wardspace.corpus.note.headings import ITEM, headings

_SIGN = re.compile(r"(?P<stop>[.!?…]+)[\"'”’)\]]*|(?P<full>[。！？｡।]+)[」』”’）]*")
_TAG = re.compile(r"\[\*\*[^\[\]]{0,200}?\*\*\]")
_WORD_BEFORE = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]+$|\d+$")
"""What a full stop is behind: a word, with the stops in it, or a number."""
_INITIAL = re.compile(r"(?:^|[\n.(]|\b[^\W\d_a-z][^\W\d_]*)[ \t]*$")
"""Before a single letter that is somebody's initial: a name, another initial, or nothing."""
_AFTER = re.compile(r"(?P<blank>\s*)[\"'“‘(\[{<*•–+?-]*[ \t]?(?P<word>\w+)")
"""What is behind a sign: blanks, marks that something opens with, a word."""
_CAPITALISED = re.compile(r"[A-Z][a-z]*\s")
_NUMBER = re.compile(r"[ \t]*\(?(?:\d{1,2}|[a-zA-Z])")
_ITEM = re.compile(rf"[ \t]*{ITEM}[ \t]?\S")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_ASKS = re.compile(
    r"\b(?:and|or|nor|of|no|not|with|without|for|the|a|an|to|in|on|at|by|from|as|has|had|have|is|was|were|are|be|been"
    r"|who|which|that|than|denies|if|any|his|her|your|their)\s*$|\b(?:[Dd]rs?|[Mm]rs?|Ms|Prof)\.?\s*$"
    r"|[-/&(,]\s*$"
)
"""The end of a line that asks for more."""
_GREETING = re.compile(
    r"\W*(?:dear|yours|(?:many|with|kind|best|warm)\b.*\b(?:thanks|regards|wishes))\b", re.IGNORECASE
)
"""A line of a letter that ends in a comma and asks for nothing."""
_AFTER_STOP = re.compile(r"[a-z]{2}[.!?]\s+([a-zA-Z])")
_NARROWEST, _WIDEST, _FEWEST = 40, 160, 3
"""Widths at which notes are broken, and lines that say so."""


class Sentence(NamedTuple):
    """A stretch of a text, without blanks around it."""

    start: int
    end: int


@cache
def _words() -> Mapping[str, frozenset[str]]:
    """The lists of `abbreviations.yaml`."""
    told: dict[str, str] = yaml.safe_load(files(__package__).joinpath("abbreviations.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in told.items()}


def sentences(text: str) -> list[Sentence]:
    r"""The sentences of a note, in their order; every character that is no blank is in one of them.

    Examples
    --------
    >>> text = "PLAN:\n1. Aspirin 81 mg p.o. daily for\nchest pain. Seen by Dr. Smith\n2. Home"
    >>> [text[one.start : one.end] for one in sentences(text)]
    ['PLAN:', '1. Aspirin 81 mg p.o. daily for\nchest pain.', 'Seen by Dr. Smith', '2. Home']
    """
    small = _mostly_small(text)
    lines = sorted({0, *_at_lines(text, small=small)})
    tags = [one.span() for one in _TAG.finditer(text)]
    within = {at for start, end in tags for at in range(start + 1, end)}
    starts = sorted({*lines, *_at_signs(text, lines, small=small), len(text)} - within)
    found = []
    for start, end in pairwise(starts):
        part = text[start:end]
        if inner := part.strip():
            first = start + len(part) - len(part.lstrip())
            found.append(Sentence(first, first + len(inner)))
    return found


def _at_lines(text: str, *, small: bool) -> Iterator[int]:
    """Where sentences begin because of lines and headings."""
    lines = list(_LINE.finditer(text))
    titled = headings(text)
    yield from (one.start for one in titled)
    begins = {one.start for one in titled}
    alone = {one.start for one in titled if not text[one.end : _line_end(text, one.end)].strip()}
    width = _width(text, lines)
    for line, following in pairwise(lines):
        apart = text.count("\n", line.end(), following.start()) > 1
        listed = following.start() in begins or _ITEM.match(text, following.start())
        if apart or listed or line.start() in alone or not _goes_on(line[0], following[0], width, small=small):
            yield following.start()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _goes_on(line: str, following: str, width: int | None, *, small: bool) -> bool:
    """Whether a sentence may reach from a line into the following one; full stops are looked at elsewhere."""
    first = following.lstrip()
    if first[0].islower() and not small:
        return True
    full = width is not None and len(line.rstrip()) + 1 + len(first.split(None, 1)[0]) > width
    return full or (_ASKS.search(line) is not None and _GREETING.match(line) is None)


def _width(text: str, lines: Sequence[re.Match[str]]) -> int | None:
    """The width that a note was broken at; None where its lines are as they were written."""
    sizes, words = [], []
    for line, following in pairwise(lines):
        if following.start() - line.end() == 1 and not _ITEM.match(text, following.start()):
            sizes.append(len(line[0].rstrip()))
            words.append(len(following[0].split(None, 1)[0]))
    if len(sizes) < _FEWEST:
        return None
    width = sorted(sizes)[len(sizes) * 9 // 10]
    full = sum(size + 1 + word > width for size, word in zip(sizes, words, strict=True))
    return width if _NARROWEST <= width <= _WIDEST and full >= max(_FEWEST, len(sizes) / 2) else None


def _mostly_small(text: str) -> bool:
    """Whether the author begins sentences with small letters."""
    after = _AFTER_STOP.findall(text)
    return len(after) > 1 and sum(one.islower() for one in after) > len(after) / 2


def _at_signs(text: str, lines: Sequence[int], *, small: bool) -> Iterator[int]:
    """Where sentences begin behind a full stop or its like; `lines` is where they begin because of lines."""
    last = 0
    for sign in _SIGN.finditer(text):
        begun = max(last, lines[bisect_right(lines, sign.start()) - 1])
        if sign["full"] or _ends(text, sign, begun, small=small):
            last = sign.end()
            yield last


def _ends(text: str, sign: re.Match[str], begun: int, *, small: bool) -> bool:
    """Whether a sentence that began at a place ends with a sign."""
    after = _AFTER.match(text, sign.end())
    if after is None:
        return False
    place = _WORD_BEFORE.search(text, max(0, sign.start() - 24), sign.start())
    word, first = place[0] if place else "", after["word"][0]
    if not after["blank"]:  # `pain.He denies`
        return len(word) > 2 and word[1:].islower() and _CAPITALISED.match(text, sign.end()) is not None
    if first.islower() and sign[0] != sign["stop"]:  # quoted or in brackets, within another one
        return False
    if sign["stop"] != ".":
        trails = first.islower() and sign["stop"][0] in ".…"
        asks = not text[max(0, sign.start() - 1) : sign.start()].strip()  # about what follows: `? pneumonia`
        return not (trails or asks)
    return not _belongs(text, word, sign, after, begun) and _stops(word.lower(), first, small=small)


def _belongs(text: str, word: str, sign: re.Match[str], after: re.Match[str], begun: int) -> bool:
    """Whether a full stop is that of the number of an item, or of somebody's initial."""
    if _NUMBER.fullmatch(text, begun, sign.start()):
        return True
    single = len(word) == 1 and word.isupper() and "\n" not in after["blank"]
    if not single or after["word"].lower() in _words()["openers"]:
        return False
    return _INITIAL.search(text, max(begun, sign.start() - 24), sign.start() - 1) is not None


def _stops(word: str, first: str, *, small: bool) -> bool:
    """Whether a full stop behind a word ends a sentence, by what is behind the stop."""
    known = _words()
    if word in known["never"] or (word in known["before_numbers"] and first.isdigit()):
        return False
    if "." in word or word in known["before_capitals"]:
        return not (first.islower() or first.isdigit())
    return small or not (first.islower() and word.isalpha() and len(word) < 3)
