"""search.json: what was tried, how it scored on validation and what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from wardspace.core.errors import RunError
from wardspace.core.files import read_json, write_json
from wardspace.results import Record
from wardspace.study.folder import Folder


class SearchFolder(Folder):
    """Paths of one search."""

    @property
    def asked(self) -> Path:
        """Digests of what the search depends on."""
        return self.path / "asked.json"

    @property
    def drawn(self) -> Path:
        """The recipes drawn so far."""
        return self.path / "drawn.json"

    @property
    def results(self) -> Path:
        """search.json."""
        return self.path / "search.json"

    @property
    def table(self) -> Path:
        """search.md: all trials as a Markdown table."""
        return self.path / "search.md"

    @property
    def best(self) -> Path:
        """best.yaml: the study with the best recipe."""
        return self.path / "best.yaml"

    def trial(self, name: str) -> Path:
        """Record of a finished trial."""
        return self.path / "trials" / f"{name}.json"


SCHEMA_VERSION = 1
"""Raised when a field changes its meaning or goes."""


class Part(Record):
    """The score with one number of labels."""

    shots: int | None
    """Labels per class; null: all of them."""
    value: float
    """The metric on validation, mean over the subsets."""
    values: list[float]
    """The metric of each subset, in the order of their seeds; one value with all labels."""


class Trial(Record):
    """One recipe, trained on one budget and scored on validation."""

    number: int | None
    """Number of the recipe, 0 for the entry in the study; null: the base, not adapted."""
    rung: int | None
    """Rung of the ladder, from 0; null for the base."""
    options: dict[str, Any]
    """The options drawn, by key."""
    state: Literal["scored", "failed"]
    """`failed`: it cannot be trained so; `reason` says why."""
    reason: str | None = None
    """Why it failed."""
    budget: int = 0
    """Tokens it was trained on, as asked."""
    tokens: int = 0
    """Tokens the encoder read in training."""
    training_seconds: float = 0.0
    """Seconds of training, interruptions left out."""
    other_seconds: float = 0.0
    """Seconds of all else: reading, embedding the training and validation notes, fitting the probes."""
    elapsed: float = 0.0
    """Seconds of the search when it was done."""
    parts: list[Part] = Field(default_factory=list)
    """The score's parts."""
    score: float | None = None
    """Mean of the parts."""
    error: float | None = None
    """Standard error of the score over few-shot subsets; null where there are fewer than two."""
    difference: float | None = None
    """Score less that of the base."""
    difference_error: float | None = None
    """Standard error of the difference over few-shot subsets, which are the same for both."""


class Rung(Record):
    """One rung of the ladder."""

    tokens: int
    """Budget of a recipe."""
    trials: int
    """Recipes that were trained on it."""


class SearchResults(Record):
    """What a search found."""

    schema_version: int = SCHEMA_VERSION
    """Version of this layout."""
    wardspace: str
    """Version that searched."""
    study: str
    """Name of the study."""
    model: str
    """The entry of `adapt` that was varied."""
    task: str
    """Task that recipes were compared by."""
    metric: str
    """Metric that they were compared by."""
    split: Literal["validation"] = "validation"
    """Notes that they were compared on."""
    notes: int
    """How many these are."""
    search: dict[str, Any]
    """The study's search section, every default filled in."""
    ended: Literal["done", "hours", "space"] | None = None
    """`done`: all that was asked; `hours`: the time was over; `space`: all recipes there are; null: going on."""
    seconds: float
    """Seconds of the search so far, all sessions together."""
    base: Trial
    """The base, not adapted, by the same probes."""
    rungs: list[Rung]
    """Rungs from the lowest."""
    trials: list[Trial]
    """Every training, in the order of rungs and numbers."""
    best: Trial | None = None
    """The best of the highest rung that was reached."""
    better_than_base: bool | None = None
    """Whether it scored above the base; its score is optimistic, being the best of many on the same notes."""

    @classmethod
    def read(cls, path: Path) -> SearchResults:
        """Read a search.json."""
        return cls.model_validate(_read(path))

    def write(self, path: Path) -> None:
        """Write it as JSON with sorted keys."""
        write_json(path, self.model_dump(mode="json"))

    @property
    def ranked(self) -> list[Trial]:
        """Trainings of the highest rung first, best first in each; those that failed last."""
        return sorted(self.trials, key=lambda one: (-(one.rung or 0), -_known(one.score), one.number or 0))


def read_trial(path: Path) -> Trial | None:
    """A trial's record; None where there is none.

    Raises
    ------
    RunError
        If it is damaged.
    """
    return Trial.model_validate(_read(path)) if path.is_file() else None


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (ValueError, ValidationError) as error:
        raise RunError("damaged record", where=path, fix="remove it and run again") from error


def _known(score: float | None) -> float:
    return float("-inf") if score is None else score
