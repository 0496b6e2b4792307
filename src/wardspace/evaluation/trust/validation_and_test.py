"""The runs of a task on test, each beside what it said of validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from wardspace.evaluation.intervals.seed_runs import FEWEST
from wardspace.evaluation.prediction_set import PredictionSet, Run, Series, prediction_sets


@dataclass(frozen=True)
class Trial:
    """A task's runs on test, and on validation."""

    test: PredictionSet
    validation: PredictionSet

    def series(self) -> Iterator[tuple[Series, list[tuple[Run, Run]]]]:
        """Runs on test with the same runs on validation, by series."""
        chosen = {(run.series, run.seed): run for run in self.validation.runs}
        for series, places in self.test.series().items():
            runs = [self.test.runs[place] for place in places]
            yield series, [(run, chosen[series, run.seed]) for run in runs]


def trials(predictions: pa.Table, classes: Mapping[str, Sequence[str]]) -> list[Trial]:
    """Each task with its two splits; a task that lacks one has nothing to choose by or nothing to try it on.

    Searches stand aside, and tasks whose notes may have several labels: there is no one answer that could be right or
    withheld. So do those whose test notes are of a single patient: nothing could be drawn anew, and an interval without
    width would look sure.
    """
    by_task: dict[str, dict[str, PredictionSet]] = {}
    for panel in (one for one in prediction_sets(predictions, classes) if one.single):
        by_task.setdefault(panel.task, {})[panel.split] = panel
    return [
        Trial(found["test"], found["validation"])
        for found in by_task.values()
        if "test" in found and "validation" in found and found["test"].n_groups >= FEWEST
    ]
