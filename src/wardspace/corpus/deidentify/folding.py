"""One spelling for what is written in several ways, with the way back to the original characters.

All detectors read the folded text: accents, typographic apostrophes, hyphens, blanks and wide digits are as a keyboard
of plain letters writes them, and characters that nobody sees are gone. Case stays, since detectors need it.

Source of decompositions: Unicode Standard Annex 15, Unicode Normalization Forms.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ALIKE = {
    **dict.fromkeys(
        "`\u00b4\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u055a\u05f3\u2032\u2035\uff07\uff40",
        "'",
    ),
    **dict.fromkeys("\u2010\u2011\u2043\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\x85\u2028\u2029", "\n"),
    # letters that do not decompose
    **{"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"},
    **{"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ŋ": "n", "ħ": "h", "ς": "σ"},
}
# accents, and the points of Hebrew and Arabic; signs that change a letter in other scripts stay
_MARKS = r"\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
_UNSEEN = r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
_MARK = re.compile(rf"[{_MARKS}{_UNSEEN}]")
_VOICED = r"\u3099\u309a\uff9e\uff9f"
_CLUSTER = re.compile(
    rf"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[^\x00-\x7f][{_MARKS}{_UNSEEN}{_VOICED}]*|[\x00-\x7f][{_MARKS}{_UNSEEN}]+|`",
    re.DOTALL,
)
_KEPT = ("<fraction>", "<circle>", "<square>", "<sub>", "<vertical>")
"""Compatibility forms that are left: 1/2 written as one sign is no 1 and no 2."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one spelling.

    Attributes
    ----------
    original : str
        As it was written.
    text : str
        Folded.
    starts, ends : tuple of int
        Where the original of each folded character begins and ends; empty where both texts are equal.
    """

    original: str
    text: str
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original characters behind a stretch of the folded text (`end` exclusive, not empty)."""
        return (self.starts[start], self.ends[end - 1]) if self.starts else (start, end)


def folded(text: str) -> Folded:
    """A text in one spelling, with the way back.

    Parameters
    ----------
    text : str
        Any text.

    Examples
    --------
    >>> folding = folded("Frau M\u00fcller-L\u00fcdenscheid")
    >>> folding.text
    'Frau Muller-Ludenscheid'
    >>> folding.original[slice(*folding.span(5, 11))]
    'Müller'
    """
    if text.isascii() and "`" not in text:
        return Folded(text, text)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in _CLUSTER.finditer(text):
        start, end = match.span()
        pieces.append(text[at:start])
        starts += range(at, start)
        ends += range(at + 1, start + 1)
        new = _plain(match[0])
        pieces.append(new)
        starts += [start] * len(new)
        ends += [end] * len(new)
        at = end
    pieces.append(text[at:])
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Folded(text, "".join(pieces), tuple(starts), tuple(ends))


@lru_cache(4096)
def _plain(cluster: str) -> str:
    """A letter with its marks in the one spelling."""
    seen = _MARK.sub("", cluster)
    made = "".join(_ALIKE.get(letter) or _decomposed(letter) for letter in seen)
    return unicodedata.normalize("NFC", made)


def _decomposed(letter: str) -> str:
    form = unicodedata.decomposition(letter).partition(" ")[0]
    if form in _KEPT or (form == "<super>" and letter.isdigit()):
        return letter
    plain = _MARK.sub("", unicodedata.normalize("NFKD", letter))
    return "".join(_ALIKE.get(part, part) for part in plain)
