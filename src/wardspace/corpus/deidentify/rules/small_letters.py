"""Places and institutions of the lists that nobody capitalised: lives in chicago, seen at johns hopkins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wardspace.corpus.deidentify import clinical_allow_list, lexicon
from wardspace.corpus.deidentify.findings import Finding

_CUED = re.compile(
    r"\b(?:in|from|at|near|to)[ ](?=(?P<place>(?P<first>[a-z][a-z'-]+)(?P<second>[ ][a-z'-]+)?(?P<third>[ ][a-z'-]+)?))"
)
_SAINT = re.compile(r"(?<!\w)(?P<place>st\.?[ ][a-z]+'s(?:[ ](?:hospital|clinic|medical center))?)(?!\w)")


class SmallLettersDetector:
    """Listed places and institutions in small letters after a preposition; saints with a possessive."""

    name = "places"

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Places (PLACE) and institutions (HOSPITAL)."""
        findings = [Finding(*match.span("place"), "HOSPITAL", 0.6, self.name) for match in _SAINT.finditer(text)]
        for match in _CUED.finditer(text):
            for group in ("third", "second", "first"):
                if match[group] is None:
                    continue
                end = match.end(group)
                kind = _listed().get(text[match.start("place") : end])
                if kind and not clinical_allow_list.headed(text, end):
                    findings.append(Finding(match.start("place"), end, kind, 0.6, self.name))
                    break
        return findings


@cache
def _listed() -> dict[str, str]:
    """Phrases in small letters with their type, less those that are words of the language."""
    kinds = dict.fromkeys(lexicon.entries("places"), "PLACE")
    kinds |= dict.fromkeys(lexicon.entries("institutions"), "HOSPITAL")
    return {
        phrase.lower(): kind
        for phrase, kind in kinds.items()
        if len(phrase) > 3
        and not all(lexicon.common(word) or clinical_allow_list.clinical(word) for word in phrase.split())
    }
