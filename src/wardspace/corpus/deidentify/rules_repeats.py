"""The same name again elsewhere in a note, alone or in another order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardspace.corpus.deidentify import guard, lexicon
from wardspace.corpus.deidentify.findings import Finding
from wardspace.corpus.deidentify.name_shapes import LOWER, UPPER

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
        parts = {part.capitalize() if part.isupper() else part for part in parts if not lexicon.common(part)}
        if not parts:
            return []
        forms = sorted({*parts, *(part.upper() for part in parts)}, key=len, reverse=True)
        pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(forms)})(?![^\W_])")
        return [
            Finding(*match.span(), "NAME", 0.75, self.name)
            for match in pattern.finditer(text)
            if not guard.protects(text, *match.span())
        ]
