"""Finished runs, compared: the first with each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.config import StudyConfig, load_study
from wardspace.core.errors import RunError
from wardspace.core.files import read_json
from wardspace.evaluation.between_runs import Between, between, same_units
from wardspace.evaluation.results_diff import TOLERANCE, Unlike, unlike
from wardspace.report.changes import Pair, Side
from wardspace.results import Results, no_results, read_any_version
from wardspace.study.folder import RunFolder
from wardspace.tasks import kind_of, read_predictions


class OpenedRun:
    """A run folder that is only read.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    RunError
        If it is no run, or has no results yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = RunFolder(path)
        if not self.folder.mark.is_file():
            raise RunError(
                "this is no run folder" if path.is_dir() else "there is no such run folder",
                where=path,
                fix="give the folders of two finished runs, as runs/demo",
            )
        if not self.folder.results.is_file():
            raise no_results(self.folder.results)

    @cached_property
    def results(self) -> Results:
        """What was found."""
        return Results.read(self.folder.results)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """What was found as plain values, also by a wardspace of another schema version."""
        return read_any_version(self.folder.results)

    @cached_property
    def study(self) -> StudyConfig:
        """What was asked."""
        return load_study(self.folder.study)

    @cached_property
    def environment(self) -> dict[str, Any]:
        """What ran it."""
        found: dict[str, Any] = read_json(self.folder.environment)
        return found

    def predictions(self, task: str) -> pa.Table | None:
        """Test predictions of a task by the models of the results; None where none are stored."""
        tunings = sorted({setting.tuning for setting in self.results.settings})
        paths = [self.folder.predictions(task, model.name, one) for model in self.results.models for one in tunings]
        tables = [read_predictions(path) for path in paths if path.is_file()]
        if not tables:
            return None
        table = pa.concat_tables([one.replace_schema_metadata(None) for one in tables]).unify_dictionaries()
        return table.filter(pc.equal(table["split"], "test"))


DECISIVE = ("wardspace", "system", "device", "instructions", "threads", "processes", "packages")
"""What must be equal for equal bits to be expected."""


@dataclass(frozen=True)
class Sameness:
    """What was compared, how strictly, and what differs."""

    tolerance: float
    environment: list[Unlike]
    results: list[Unlike]

    @property
    def same(self) -> bool:
        """Whether the results are the same within the tolerance."""
        return not self.results


def same(first: OpenedRun, second: OpenedRun, tolerance: float | None = None) -> Sameness:
    """Compare the results of two runs, whatever the versions of their schemas.

    Parameters
    ----------
    first, second : OpenedRun
        The runs.
    tolerance : float, optional
        See `wardspace.evaluation.results_diff.unlike`. By default equal bits are asked for where both ran on a CPU with
        the same packages, instructions and threads, else `TOLERANCE`.
    """
    machines = unlike(_decisive(first.environment), _decisive(second.environment))
    if tolerance is None:
        on_cpu = all(str(run.environment.get("device", "")).startswith("cpu") for run in (first, second))
        tolerance = 0.0 if on_cpu and not machines else TOLERANCE
    found = unlike(first.figures, second.figures, tolerance)
    return Sameness(tolerance, machines, found)


def _decisive(environment: dict[str, Any]) -> dict[str, Any]:
    # `device` is the machine here, and not a field to be passed over
    return {f"{key} of the machine": environment.get(key) for key in DECISIVE}


def compared(runs: Sequence[OpenedRun], *, show_progress: bool = True) -> list[Pair]:
    """Compare the first run with each of the others.

    Scores are compared in pairs where both runs scored the same test notes with the same classes; the bootstrap is
    that of the first run's study.
    """
    names = _names([run.path for run in runs])
    sides = [Side(name, run.study, run.results, run.environment) for name, run in zip(names, runs, strict=True)]
    return [_pair((runs[0], runs[number]), (sides[0], sides[number]), show_progress) for number in range(1, len(runs))]


def _names(paths: Sequence[Path]) -> list[str]:
    """The folders' names, with a number where two are alike: pages are handed on, paths are not."""
    names = [path.resolve().name for path in paths]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: number + 1].count(name)})"
        for number, name in enumerate(names)
    ]


def _pair(runs: tuple[OpenedRun, OpenedRun], sides: tuple[Side, Side], show_progress: bool) -> Pair:
    first, second = runs
    paired: dict[str, list[Between]] = {}
    unpaired: dict[str, str] = {}
    for task, classes in first.results.classes.items():
        if task not in second.results.classes:
            continue
        why, found = _between(runs, task, classes, show_progress)
        if why:
            unpaired[task] = why
        else:
            paired[task] = found
    return Pair(*sides, between=paired, unpaired=unpaired)


def _between(
    runs: tuple[OpenedRun, OpenedRun], task: str, classes: list[str], show_progress: bool
) -> tuple[str | None, list[Between]]:
    first, second = runs
    if second.results.classes[task] != classes:
        return "the classes of the task are not the same", []
    ours, theirs = first.predictions(task), second.predictions(task)
    if ours is None or theirs is None:
        return "the predictions of a run are gone", []
    (config,) = (one for one in first.study.tasks if one.name == task)
    scored = kind_of(config).scored(config, classes)
    if not same_units(ours, theirs, scored):
        what = "labels" if classes else "answers, or the number of notes searched,"
        return f"the test notes, their patients or their {what} are not the same", []
    return None, between(ours, theirs, scored, first.study.report, show_progress=show_progress)
