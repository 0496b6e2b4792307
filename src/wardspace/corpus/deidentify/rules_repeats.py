"""The same name again elsewhere in a note, alone or in another order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.corpus.deidentify import guard, lexicon
from wardspace.corpus.deidentify.date_shapes import MONTHS
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.name_shapes import LOWER, UPPER

_MONTHS = frozenset(month.capitalize() for month in MONTHS)
_PART = re.compile(rf"[{UPPER}{LOWER}]{{3,}}")


class RepeatDetector:
    """Finds parts of names that were found already; runs after the other detectors.

    Parameters
    ----------
    least : float
        Names below this score are not looked for again.
    """

    name = "repeats"

    def __init__(self, least: float = 0.6) -> None:
        self._least = least

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Capitalised parts of the names in `found`, wherever else they stand, save in clinical use."""
        names = [finding for finding in found if finding.type == "NAME" and finding.score >= self._least]
        parts = {part for name in names for part in _PART.findall(text[name.start : name.end])}
        parts = {part.capitalize() if part.isupper() else part for part in parts}
        common = {part for part in parts if lexicon.common(part)}
        rare = parts - common
        spans = _spans(text, {*rare, *(part.upper() for part in rare)}, r"(?<![^\W_])", r"(?![^\W_])")
        # a common word only in the middle of a sentence ("as French said"), and never before a number ("Day 3")
        spans += _spans(text, common - _MONTHS, rf"(?<=[{LOWER},][ ])", r"(?![^\W_]|[ ]?\d|-)")
        # an echo of what is marked already adds nothing, and would count as this detector's own
        marked = {place for name in names for place in range(name.start, name.end)}
        return [
            Finding(start, end, "NAME", 0.75, self.name)
            for start, end in spans
            if start not in marked and not guard.headed(text, end)
        ]


def _spans(text: str, words: set[str], before: str, after: str) -> list[tuple[int, int]]:
    if not words:
        return []
    pattern = re.compile(rf"{before}(?:{'|'.join(sorted(words, key=len, reverse=True))}){after}")
    return [match.span() for match in pattern.finditer(text)]
