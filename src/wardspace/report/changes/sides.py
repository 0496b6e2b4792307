"""Two runs of a study: their settings and their results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wardspace.config import StudyConfig
from wardspace.evaluation.between_runs import Between
from wardspace.results import Results


@dataclass(frozen=True)
class Side:
    """One run."""

    name: str
    """The name of its folder, without the path."""
    study: StudyConfig
    results: Results
    environment: dict[str, Any]


@dataclass(frozen=True)
class Pair:
    """Two runs that are compared."""

    first: Side
    second: Side
    between: dict[str, list[Between]]
    """Paired differences of each task that was scored on the same test notes in both."""
    unpaired: dict[str, str]
    """Why the other shared tasks have no paired differences."""


@dataclass(frozen=True)
class Change:
    """One value that differs between the runs."""

    what: str
    first: str
    second: str
