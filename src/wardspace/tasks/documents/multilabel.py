"""Notes that may have several labels: one logistic probe a label over fixed features."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.predictions import SCORED, RunKey, several_rows
from wardspace.tasks.probes.logistic import Features, fit_logistic
from wardspace.tasks.probes.thresholds import best_threshold


def several_run(features: Features, labelled: Labelled, task: ClassificationConfig, model: str) -> pa.Table:
    """Predict validation and test: each label against its absence, strength and threshold chosen on validation.

    Parameters
    ----------
    features : [n, d]
        One row a note of the corpus, of mean squared length one.
    labelled : Labelled
        The notes with `members`.

    Raises
    ------
    ValueError
        If the task has one label a note.
    """
    if labelled.members is None:
        raise ValueError(f"{task.name}: each note has one label")
    rows = {"train": learned_rows(labelled, task), **{split: labelled.rows(split) for split in SCORED}}
    probabilities = {split: np.empty((len(at), len(labelled.classes)), np.float32) for split, at in rows.items()}
    for code in range(len(labelled.classes)):
        has = labelled.members[:, code].astype(np.int32)
        train, validation = rows["train"], rows["validation"]
        fitted = fit_logistic(features[train], has[train], features[validation], has[validation], 2)
        for split in SCORED:
            probabilities[split][:, code] = fitted.probabilities(features[rows[split]])[:, 1]
    thresholds = best_thresholds(labelled.members[rows["validation"]], probabilities["validation"])
    return several_rows(labelled, RunKey(task.name, model, "logistic", None, 0), probabilities.__getitem__, thresholds)


def best_thresholds(members: NDArray[np.bool_], probabilities: NDArray[np.float32]) -> NDArray[np.float64]:
    """The best threshold of each label [classes], from which labels notes have and the probabilities of all."""
    return np.array([best_threshold(has, told) for has, told in zip(members.T, probabilities.T, strict=True)])
