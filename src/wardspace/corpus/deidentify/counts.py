"""How many identifiers were found, of which kind and by whom: counts alone, no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from wardspace.corpus.deidentify.findings import Finding

Mark = tuple[str, ...]
"""Type of an identifier, the detector that found it, and those that marked some of it too."""


def marks(findings: Iterable[Finding]) -> tuple[Mark, ...]:
    """What is counted of findings."""
    return tuple((finding.type, finding.detector, *finding.also) for finding in findings)


class Tally:
    """Counts over all notes."""

    def __init__(self) -> None:
        self._types: Counter[str] = Counter()
        self._marked: Counter[str] = Counter()
        self._alone: Counter[str] = Counter()
        self._notes = 0

    def add(self, found: Iterable[Mark]) -> None:
        """Count what was found in one note."""
        some = False
        for kind, *detectors in found:
            some = True
            self._types[kind] += 1
            self._marked.update(detectors)
            self._alone.update(detectors if len(detectors) == 1 else ())
        self._notes += some

    def summary(self) -> dict[str, Any]:
        """Notes with identifiers, identifiers by type, and what each detector marked, by itself or with others."""
        return {
            "notes": self._notes,
            "found": dict(self._types.most_common()),
            "detectors": {
                name: {"marked": count, "alone": self._alone[name]} for name, count in self._marked.most_common()
            },
        }
