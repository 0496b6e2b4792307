"""Names that are known beforehand: the patient's own, the next of kin's, the doctor's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from wardspace.corpus.deidentify import lexicon
from wardspace.corpus.deidentify.findings import Finding

_SPAN = re.compile(r"\[\*\*([^\[\]]*?)\*\*\]|(?<!_)___(?!_)")
# what is inside, in the words of MIMIC-III's de-identification; the first that is met decides
_CONTENTS = (
    ("NAME", re.compile(r"name|initial|doctor|attending|\bdr\b", re.I)),
    ("PHONE", re.compile(r"phone|fax|pager|telephone", re.I)),
    ("EMAIL", re.compile(r"e-?mail", re.I)),
    ("URL", re.compile(r"url|web", re.I)),
    ("HOSPITAL", re.compile(r"hospital|ward|unit|clinic|university|college", re.I)),
    ("ADDRESS", re.compile(r"address|street|zip|po box", re.I)),
    ("PLACE", re.compile(r"state|country|location|holiday|company", re.I)),
    ("AGE", re.compile(r"age over", re.I)),
    ("ID", re.compile(r"number|identifier|numeric|md number|serial", re.I)),
    ("DATE", re.compile(r"\d{4}|\d{1,2}[-/]\d{1,2}|month|date|year|^\s*\d{1,2}\s*$", re.I)),
)


class MimicDetector:
    """Finds the marks that earlier de-identification left.

    Reference: Johnson et al., MIMIC-III, a freely accessible critical care database, Scientific Data 3 (2016).
    """

    name = "mimic"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Marks in `text`, each with the type of what it replaced; REDACTED where it does not say."""
        return [Finding(*match.span(), _kind(match[1]), 1.0, self.name) for match in _SPAN.finditer(text)]


def _kind(content: str | None) -> str:
    for kind, pattern in _CONTENTS:
        if content is not None and pattern.search(content):
            return kind
    return "REDACTED"


_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_APART = r"[\s,.\-]{1,3}"


class KnownNames:
    """Finds given names whole and in part, whatever the case.

    A whole name is found in both orders ("Ann Lee", "Lee, Ann") and with initials between; of its parts, those of at
    least three letters that are no common word are found alone too. Common words among them are found where they are
    capitalised and are not next to a number ("Mr Day", not "Day 3").

    Parameters
    ----------
    names : iterable of str
        Full names or parts of them.
    """

    name = "known"

    def __init__(self, names: Iterable[str]) -> None:
        options: list[str] = []
        for name in names:
            words = _WORD.findall(name)
            options += _whole(words)
            parts = {part for word in words for part in (word, *word.split("-"))}
            options += [_either_case(part) for part in parts if len(part) > 2]
        alternatives = "|".join(sorted(set(options), key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])") if alternatives else None

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Every stretch of `text` that is one of the names or a part of one; a possessive 's stays outside."""
        if self._pattern is None:
            return []
        return [Finding(*match.span(), "NAME", 1.0, self.name) for match in self._pattern.finditer(text)]


def _whole(words: list[str]) -> list[str]:
    if len(words) < 2:
        return []
    middle = rf"(?:{_APART}[^\W\d_]\.?)?{_APART}"
    escaped = [_escaped(part) for part in words]
    forward = middle.join(escaped)
    backward = middle.join([escaped[-1], *escaped[:-1]])
    return [f"(?i:{forward})", f"(?i:{backward})"]


def _either_case(part: str) -> str:
    if not lexicon.common(part):
        return f"(?i:{_escaped(part)})"
    return rf"(?:{_escaped(part.capitalize())}|{_escaped(part.upper())})(?!\s*\d)"


def _escaped(part: str) -> str:
    return re.escape(part).replace("'", "['’]")
