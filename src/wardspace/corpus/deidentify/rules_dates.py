"""Dates, and ages over 89."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.corpus.deidentify.date_shapes import dates
from wardspace.corpus.deidentify.findings import Finding

_OLD = r"(?P<age>9\d|1[01]\d|120)"
_AGES = (
    re.compile(rf"(?<![\d./-]){_OLD}[ \-–]?(?:years?|yrs?|y)[ \-–./]*(?:old|of[ ]age|o)\b", re.I),
    re.compile(rf"(?<![\d./-]){_OLD}[ -]?(?:y\.?o\b|y/o|yo[mf]?\b)", re.I),
    re.compile(rf"\b(?:aged|age|age[ ]of)[ :=]*{_OLD}(?![\d/.]*\d|[ ]?%)", re.I),
    re.compile(rf"(?<![\d./-]){_OLD}[ ]?(?:[MF]|male|female|man|woman|lady|gentleman)\b(?![/ ]*\d)"),
    re.compile(r"\bin (?:his|her|their) (?P<age>90)s\b", re.I),
)


class DateDetector:
    """Dates in clinical shorthand, and ages over 89, which the Safe Harbor rule counts among identifiers."""

    name = "dates"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Dates, and the numbers of ages over 89."""
        findings = [Finding(*match.span(), "DATE", score, self.name) for score, match in dates(text)]
        for pattern in _AGES:
            findings += [Finding(*match.span("age"), "AGE", 0.9, self.name) for match in pattern.finditer(text)]
        return findings
