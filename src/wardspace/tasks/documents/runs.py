"""The runs of the logistic probe over fixed features: on all labels, and on the few-shot subsets; what they read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig
from wardspace.core.progress import Advance
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.multilabel import several_run
from wardspace.tasks.documents.subsets import few_shot
from wardspace.tasks.predictions import RunKey, prediction_rows
from wardspace.tasks.probes.logistic import Features, fit_logistic


def read_rows(labelled: Labelled, task: ClassificationConfig) -> NDArray[np.int64]:
    """Rows that the logistic probe reads: all it learns from, over all numbers of labels, and all it predicts.

    Returns
    -------
    int64 [at most n]
        Rows in the order of the corpus.
    """
    read = [labelled.rows("validation"), labelled.rows("test")]
    if "logistic" in task.probes:
        read.append(learned_rows(labelled, task))
    read += [few_shot(labelled, shots, seed) for shots in task.shots for seed in range(task.subsets)]
    return np.unique(np.concatenate(read))


@dataclass(frozen=True)
class LogisticRuns:
    """Fits the logistic probe of a task on any training notes and predicts validation and test.

    Attributes
    ----------
    features : [n, d]
        One row a note of the corpus, of mean squared length one.
    setting : str
        What the probe is called in the table.
    """

    features: Features
    labelled: Labelled
    task: ClassificationConfig
    model: str
    setting: str = "logistic"

    def on_all_labels(self) -> pa.Table:
        """The one run on all training notes that the task may learn from."""
        if self.labelled.members is not None:
            return several_run(self.features, self.labelled, self.task, self.model)
        return self._run(learned_rows(self.labelled, self.task), None, 0)

    def few_shot(self, advance: Advance) -> Iterator[pa.Table]:
        """One run for each number of shots and each subset."""
        for shots in self.task.shots:
            for seed in range(self.task.subsets):
                yield self._run(few_shot(self.labelled, shots, seed), shots, seed)
                advance()

    def _run(self, rows: NDArray[np.int64], shots: int | None, seed: int) -> pa.Table:
        codes, validation = self.labelled.codes, self.labelled.rows("validation")
        fitted = fit_logistic(
            self.features[rows],
            codes[rows],
            self.features[validation],
            codes[validation],
            len(self.labelled.classes),
        )
        key = RunKey(self.task.name, self.model, self.setting, shots, seed)
        rows_of = self.labelled.rows
        return prediction_rows(self.labelled, key, lambda split: fitted.probabilities(self.features[rows_of(split)]))
