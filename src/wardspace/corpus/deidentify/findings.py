"""What a detector found in a text: a stretch that identifies somebody, of which kind, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """A stretch of text that identifies a person, or helps to.

    Attributes
    ----------
    start, end : int
        Characters of the text, `end` exclusive.
    type : str
        One of `wardspace.config.IdentifierType`.
    score : float
        How sure the detector is, in (0, 1].
    detector : str
        Which detector found it.
    also : tuple of str
        Other detectors that marked some of the same stretch.
    """

    start: int
    end: int
    type: str
    score: float
    detector: str
    also: tuple[str, ...] = ()

    def overlaps(self, other: Finding) -> bool:
        """Whether both hold a character in common."""
        return self.start < other.end and other.start < self.end


class Detector(Protocol):
    """Anything that finds identifiers."""

    name: str
    """Under which its findings are counted."""

    def find(self, text: str, found: Sequence[Finding]) -> list[Finding]:
        """Identifiers in `text`.

        Parameters
        ----------
        text : str
            A whole note.
        found : sequence of Finding
            What the detectors before this one found in it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much a detector adds: findings it marked, and those that no other detector marked."""

    marked: int
    alone: int


def contributions(findings: Iterable[Finding]) -> dict[str, Contribution]:
    """Each detector's share of resolved findings, by its name."""
    counts: dict[str, tuple[int, int]] = {}
    for finding in findings:
        for name in (finding.detector, *finding.also):
            marked, alone = counts.get(name, (0, 0))
            counts[name] = (marked + 1, alone + (not finding.also))
    return {name: Contribution(*count) for name, count in sorted(counts.items())}
