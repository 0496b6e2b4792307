"""Sentences and headings of notes, which break lines in the middle and write lists."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

_TITLES = "".join(rf"(?<!\b{title})" for title in ("Dr", "Mr", "Mrs", "Ms", "St", "vs", "No", "approx", "e.g", "i.e"))
_JOINS = (
    r"(?:,|\b(?:and|or|nor|of|no|not|with|without|for|the|a|an|to|in|on|by|has|had|have|is|was|were|are|denies|if|any))"
)
_ITEM = r"(?:[-*•–+]|\(?\d{1,2}[.)]|[a-zA-Z][.)])"
_BREAK = re.compile(
    rf"{_TITLES}[.!?]+[\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9*•-])"  # the end of a sentence
    rf"|\n[ \t]*(?=\n)"  # an empty line
    rf"|\n(?=[ \t]*{_ITEM}[ \t]?\S)"  # an item of a list
    rf"|(?<!\n)\n(?=[ \t]*[A-Z0-9\"(\[])"  # a line that begins like a sentence
)
_JOINED = re.compile(rf"{_JOINS}[ \t]*$", re.IGNORECASE)
_OPENS_ITEM = re.compile(rf"[ \t]*{_ITEM}[ \t]?\S")
_NAME = r"[A-Z][A-Za-z][A-Za-z/&,'’() -]{0,58}?|[A-Z]/?[A-Z]?"
_HEADING = re.compile(
    rf"^[ \t]*(?:{_ITEM}[ \t]*)?(?P<line>{_NAME})[ \t]*:"  # Family history: …
    r"|^[ \t]*(?P<alone>[A-Z][A-Z/&,'’() -]{2,58})[ \t]*$"  # FAMILY HISTORY on a line of its own
    r"|(?<=[.;,:] )(?P<inside>[A-Z][A-Z/&,'’() -]{1,48}|(?:Past|Family|Social|Medical|Surgical|Personal|Drug)"
    r"[A-Za-z/ ]{0,40}[Hh]istory|PMHx?|FHx?|SHx?|Allergies|Medications)[ \t]*:",
    re.MULTILINE,
)


class Heading(NamedTuple):
    """A heading within a note."""

    start: int
    end: int
    """Where what stands under it begins."""
    name: str
    """In small letters."""


def headings(text: str) -> list[Heading]:
    r"""Headings in their order: words before a colon at the beginning of a line, or a line of capitals.

    Examples
    --------
    >>> [one.name for one in headings("PMH: asthma.\nFAMILY HISTORY\nFather had gout.")]
    ['pmh', 'family history']
    """
    return [Heading(match.start(), match.end(), _plain(match)) for match in _HEADING.finditer(text)]


def _plain(match: re.Match[str]) -> str:
    return " ".join(re.findall(r"[a-z]+", (match[match.lastgroup or 0]).lower()))


def sentences(text: str, found: list[Heading] | None = None) -> list[int]:
    r"""First character of each sentence; a line break ends one where the next line begins like a sentence or an item.

    `found` are its headings, where they are known.

    Examples
    --------
    >>> text = "No chest\npain. Dr. Smith saw\n- rash\n- fever"
    >>> [text[start:end].strip() for start, end in zip(sentences(text), [*sentences(text)[1:], None])]
    ['No chest\npain.', 'Dr. Smith saw', '- rash', '- fever']
    """
    known = headings(text) if found is None else found
    starts = {0, *(heading.end for heading in known), *(heading.start for heading in known)}
    for match in _BREAK.finditer(text):
        wraps = match[0] == "\n" and not _OPENS_ITEM.match(text, match.end())
        if not (wraps and _JOINED.search(text, max(0, match.start() - 12), match.start())):
            starts.add(match.end())
    return sorted(starts)


def bounds(starts: list[int], length: int, start: int, end: int) -> tuple[int, int]:
    """The sentence, or sentences, that a stretch of a text of some length is in."""
    first = bisect_right(starts, start) - 1
    after = bisect_right(starts, max(start, end - 1))
    return starts[first], starts[after] if after < len(starts) else length


def heading_of(found: list[Heading], at: int) -> Heading | None:
    """The last heading before a place."""
    place = bisect_right([one.start for one in found], at) - 1
    return found[place] if place >= 0 else None
