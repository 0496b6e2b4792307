"""Finished runs, compared: the first with each of the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wardspace.evaluation.between import Between, between, same_notes
from wardspace.report.changes import Pair, Side
from wardspace.study.opened import OpenedRun


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
    if not same_notes(ours, theirs):
        what = "labels" if classes else "answers, or the number of notes searched,"
        return f"the test notes, their patients or their {what} are not the same", []
    return None, between(ours, theirs, classes, first.study.report, show_progress=show_progress)
