"""How an author writes: abbreviations, slips of the keyboard, small letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from random import Random

ABBREVIATIONS = {
    "patient": "pt",
    "history": "hx",
    "history of": "h/o",
    "complains of": "c/o",
    "complaining of": "c/o",
    "treatment": "rx",
    "diagnosis": "dx",
    "symptoms": "sx",
    "examination": "exam",
    "on examination": "O/E",
    "with": "w/",
    "without": "w/o",
    "year old": "yo",
    "year-old": "yo",
    "review": "r/v",
    "reviewed": "r/v'd",
    "appointment": "appt",
    "follow-up": "f/u",
    "discharge": "d/c",
    "discharged": "d/c'd",
    "observations": "obs",
    "blood pressure": "BP",
    "heart rate": "HR",
    "respiratory rate": "RR",
    "temperature": "temp",
    "oxygen saturation": "sats",
    "nil by mouth": "NBM",
    "bilateral": "bilat",
    "regular": "reg",
    "tablets": "tabs",
    "medication": "meds",
    "hours": "hrs",
    "weeks": "wks",
    "months": "mths",
    "days": "d",
    "increased": "incr",
    "investigations": "ix",
    "hospital": "hosp",
    "consultant": "cons",
    "previous": "prev",
    "family history": "FHx",
    "no abnormality detected": "NAD",
    "general practitioner": "GP",
    "intravenous": "IV",
    "intravenously": "IV",
    "physiotherapy": "physio",
    "multidisciplinary team": "MDT",
    "occupational therapy": "OT",
    "week": "wk",
    "department": "dept",
    "as required": "PRN",
    "left": "L",
    "right": "R",
    "approximately": "approx",
    "morning": "am",
    "overnight": "o/n",
}
"""What is shortened, and to what."""

_SHORTENABLE = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, ABBREVIATIONS), key=len, reverse=True)) + r")\b", re.I
)
_LONG_WORD = re.compile(r"\b[A-Za-z]{5,}\b")
# the key next to each letter
_NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxsrghjoklknmiowtdyibecux", strict=True))


@dataclass(frozen=True, slots=True)
class Style:
    """One author's habits."""

    abbreviates: float = 0.0
    """Chance that a phrase with a short form is shortened."""
    misspells: float = 0.0
    """Slips per long word."""
    lay: float = 0.0
    """Chance that a phenotype is called by a synonym."""
    lowercase: bool = False
    """Whether running text is typed in small letters."""

    def written(self, text: str, rng: Random) -> str:
        """Running text as this author types it."""
        if self.abbreviates and _shortenable(text):
            text = _SHORTENABLE.sub(lambda match: self._shortened(match, rng), text)
        if self.misspells:
            text = self.slipped(text, rng)
        return text.lower() if self.lowercase else text

    def slipped(self, text: str, rng: Random) -> str:
        """`text` with one slip of the keyboard in it, now and then."""
        words = _long_words(text)
        if not words or rng.random() >= self.misspells * len(words):
            return text
        word = rng.choice(words)
        return text.replace(word, misspelt(word, rng), 1)

    def _shortened(self, match: re.Match[str], rng: Random) -> str:
        if rng.random() >= self.abbreviates:
            return match[0]
        short = ABBREVIATIONS[match[0].lower()]
        return short[:1].upper() + short[1:] if match[0][0].isupper() else short


def misspelt(word: str, rng: Random) -> str:
    """`word` with two letters swapped, one left out, one doubled, or one replaced by its neighbour on the keyboard."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + _NEIGHBOURS.get(word[at].lower(), "e") + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


@lru_cache(maxsize=8192)
def _shortenable(text: str) -> bool:
    return _SHORTENABLE.search(text) is not None


@lru_cache(maxsize=8192)
def _long_words(text: str) -> tuple[str, ...]:
    return tuple(_LONG_WORD.findall(text))


DOCTOR = Style(abbreviates=0.35, misspells=0.004, lay=0.15)
TIRED_DOCTOR = Style(abbreviates=0.75, misspells=0.015, lay=0.15)
LETTER = Style(abbreviates=0.03, misspells=0.002, lay=0.35)
RADIOLOGIST = Style(abbreviates=0.05, misspells=0.002, lay=0.05)
NURSE = Style(abbreviates=0.5, misspells=0.01, lay=0.5)
HURRIED_NURSE = Style(abbreviates=0.75, misspells=0.02, lay=0.5, lowercase=True)
