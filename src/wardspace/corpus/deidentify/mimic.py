"""Marks that earlier de-identification left."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
