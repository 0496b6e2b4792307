"""The runs of a task on test, each with what it decided on validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from wardspace.evaluation.intervals.seed_runs import FEWEST
from wardspace.evaluation.prediction_set import PredictionSet, Series, prediction_sets
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.evaluation.trust.decisions import Decisions


@dataclass(frozen=True)
class Trial:
    """A task's runs on test, and on validation."""

    test: PredictionSet
    validation: PredictionSet

    def series(self) -> Iterator[tuple[Series, list[tuple[Decisions, Decisions]]]]:
        """What runs decided on test and on validation, by series; not where one of them decided nothing."""
        decisions = self.test.scored.decisions
        if decisions is None:
            raise ValueError(f"{self.test.task} has no confidences")
        chosen = {(run.series, run.seed): run for run in self.validation.runs}
        for series, places in self.test.series().items():
            runs = [self.test.runs[place] for place in places]
            found = [(decisions(run.predictions), decisions(chosen[series, run.seed].predictions)) for run in runs]
            if all(len(one.truth) for pair in found for one in pair):
                yield series, found


def trials(predictions: pa.Table, tasks: Mapping[str, TaskMetrics]) -> list[Trial]:
    """Each task with its two splits; a task that lacks one has nothing to choose by or nothing to try it on.

    Tasks without confidences are left out: no answer could be trusted more or withheld. So are those whose test units
    are of a single patient: nothing could be drawn anew, and an interval without width would look sure.
    """
    by_task: dict[str, dict[str, PredictionSet]] = {}
    for panel in (one for one in prediction_sets(predictions, tasks) if one.scored.decisions is not None):
        by_task.setdefault(panel.task, {})[panel.split] = panel
    return [
        Trial(found["test"], found["validation"])
        for found in by_task.values()
        if "test" in found and "validation" in found and found["test"].n_groups >= FEWEST
    ]
