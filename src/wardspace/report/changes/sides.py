"""Two runs side by side, as what they were and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wardspace.config import StudyConfig
from wardspace.evaluation.between_runs import Between
from wardspace.results.results import Results


@dataclass(frozen=True)
class Side:
    """One run."""

    name: str
    """What it is called on the page: the name of its folder, without what that lies in."""
    study: StudyConfig
    results: Results
    environment: dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """A run, and one it is compared with."""

    first: Side
    second: Side
    between: dict[str, list[Between]]
    """Paired differences of each task that was scored on the same test notes in both."""
    unpaired: dict[str, str]
    """Why the other shared tasks have none."""


@dataclass(frozen=True)
class Change:
    """Something that is not as it was."""

    what: str
    first: str
    second: str
