"""Headings of notes: words before a colon at the beginning of a line, or a line of capitals."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

ITEM = r"(?:[-*•–+·](?![\d.])|\(?\d{1,2}[.)](?!\d)|[a-zA-Z][.)](?=[ \t]))"
"""What an item of a list begins with."""
_NAME = r"[A-Z][A-Za-z][A-Za-z/&,'’() -]{0,58}?|[A-Z]/?[A-Z]?"
_HEADING = re.compile(
    rf"^[ \t]*(?:{ITEM}[ \t]*)?(?P<line>{_NAME})[ \t]*:"  # Family history: …
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
    r"""Headings in their order.

    Examples
    --------
    >>> [one.name for one in headings("PMH: asthma.\nFAMILY HISTORY\nFather had gout.")]
    ['pmh', 'family history']
    """
    return [Heading(match.start(), match.end(), _plain(match)) for match in _HEADING.finditer(text)]


def _plain(match: re.Match[str]) -> str:
    return " ".join(re.findall(r"[a-z]+", (match[match.lastgroup or 0]).lower()))


def heading_of(found: Sequence[Heading], at: int) -> Heading | None:
    """The last heading before a place."""
    place = bisect_right([one.start for one in found], at) - 1
    return found[place] if place >= 0 else None
