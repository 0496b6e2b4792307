"""Probes of a classification: classifiers that learn from features of notes and leave the model as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig
from wardspace.corpus.note.scripts import main_scripts
from wardspace.models.unit_length import unit_length
from wardspace.results import SettingRecord
from wardspace.tasks.documents.features import Featuriser, scaled_vectors
from wardspace.tasks.documents.fitted import FittedClassifier
from wardspace.tasks.documents.kept import TextClassifier
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled, LabelledNotes
from wardspace.tasks.documents.subsets import few_shot
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel, Notes
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.logistic import Features, LogisticModel, fit_logistic
from wardspace.tasks.probes.one_vs_rest import OneVsRest, fit_one_vs_rest
from wardspace.tasks.probes.private import fit_private
from wardspace.tasks.probes.thresholds import DEFAULT, best_thresholds
from wardspace.tasks.probes.validation import Truth


@dataclass(frozen=True)
class Probe:
    """What all probes have in common: which notes they learn from.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : ClassificationConfig
        The task.
    models : Models
        Whose features it reads.
    """

    record: SettingRecord
    task: ClassificationConfig
    models: Models = "encoders"

    def runs(self, gold: LabelledNotes) -> list[tuple[int | None, int]]:
        """One on all labels with each seed."""
        return [(None, seed) for seed in range(self.task.seeds)]

    def cap(self, gold: LabelledNotes) -> int | None:
        """The task's number of labels, if there are more."""
        every = len(gold.labels.rows("train"))
        return self.task.labels if self.task.labels is not None and self.task.labels < every else None

    def reads(self, gold: LabelledNotes) -> NDArray[np.int64]:
        """What it learns from over all runs, and what it predicts."""
        labels = gold.labels
        learned = [learned_from(labels, self.task, shots, seed) for shots, seed in self.runs(gold)]
        return np.unique(np.concatenate([labels.rows("validation"), labels.rows("test"), *learned]))


def learned_from(labels: Labelled, task: ClassificationConfig, shots: int | None, seed: int) -> NDArray[np.int64]:
    """Rows of the training notes of a run: a few-shot subset, or all that the task may learn from."""
    return learned_rows(labels, task) if shots is None else few_shot(labels, shots, seed)


@dataclass(frozen=True)
class LogisticProbe(Probe):
    """Logistic regression, on all labels and on the few-shot subsets.

    Attributes
    ----------
    features : callable
        What it reads of a note.
    """

    features: Featuriser = scaled_vectors
    on_all_labels: bool = True

    def runs(self, gold: LabelledNotes) -> list[tuple[int | None, int]]:
        """One on all labels, then one for each number of shots and each subset."""
        few: list[tuple[int | None, int]] = [
            (shots, seed) for shots in self.task.shots for seed in range(self.task.subsets)
        ]
        return [(None, 0), *few] if self.on_all_labels else few

    def fit(
        self, model: EvaluatedModel, gold: LabelledNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedClassifier[Notes]:
        """Fit with strength, weighting and thresholds chosen on validation."""
        rows = learned_from(gold.labels, self.task, run.shots, run.seed)
        chosen = gold.labels.rows("validation")

        def features(notes: Notes) -> Features:
            return self.features(model, notes)

        truth = gold.labels.truth
        train, validation = features(gold.notes(rows)), features(gold.notes(chosen))
        fitted = _fit(train, truth[rows], validation, truth[chosen], len(gold.classes))
        thresholds = _thresholds(truth[chosen], fitted.probabilities(validation))
        about = {} if self.models == "encoders" else {"terms": train.shape[1]}
        return FittedClassifier(lambda notes: fitted.probabilities(features(notes)), thresholds, about)


def _fit(
    features: Features, truth: Truth, validation: Features, validation_truth: Truth, classes: int
) -> LogisticModel | OneVsRest:
    if truth.ndim == 2:
        return fit_one_vs_rest(features, truth.astype(bool), validation, validation_truth.astype(bool))
    return fit_logistic(features, truth.astype(np.int32), validation, validation_truth.astype(np.int32), classes)


def _thresholds(truth: Truth, probabilities: NDArray[np.float32]) -> NDArray[np.float64] | None:
    """Where notes may have several labels: the thresholds with the highest F1 on validation."""
    return best_thresholds(truth.astype(bool), probabilities) if truth.ndim == 2 else None


@dataclass(frozen=True)
class HeadProbe(Probe):
    """The two-layer head, once a seed."""

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedClassifier[Notes], folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_classifier`."""
        fitted.save(folder, run)

    def fit(
        self, model: EvaluatedModel, gold: LabelledNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedClassifier[Notes]:
        """Train to the best validation macro F1."""
        rows, chosen = learned_rows(gold.labels, self.task), gold.labels.rows("validation")
        train, validation = (scaled_vectors(model, gold.notes(at)) for at in (rows, chosen))
        truth = gold.labels.truth
        head, _ = fit_head(train, truth[rows], validation, truth[chosen], len(gold.classes), seed=run.seed)
        thresholds = _thresholds(truth[chosen], head_probabilities(head, validation))

        def reader() -> TextClassifier:
            scripts = main_scripts(gold.texts.of(chosen))
            return TextClassifier(model.load(), head, tuple(gold.classes), thresholds, scripts, model.scaling)

        return FittedClassifier(
            lambda notes: head_probabilities(head, scaled_vectors(model, notes)), thresholds, reader=reader
        )


@dataclass(frozen=True)
class PrivateProbe(Probe):
    """A probe under differential privacy, once a seed.

    Its vectors have length one: to scale them by the training notes would reveal something of these. Nor is anything
    chosen on validation: where notes may have several labels, each is given from a probability of one half.
    """

    def fit(
        self, model: EvaluatedModel, gold: LabelledNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedClassifier[Notes]:
        """Train within the task's privacy budget."""
        labels, rows, dp = gold.labels, learned_rows(gold.labels, self.task), self.task.dp
        probe, spent = fit_private(
            unit_length(model.vectors[rows]),
            labels.truth[rows],
            labels.group[rows],
            len(labels.classes),
            kind=self.record.name,
            dp=dp,
            seed=run.seed,
        )
        thresholds = None if labels.members is None else np.full(len(labels.classes), DEFAULT)
        return FittedClassifier(
            lambda notes: probe.probabilities(unit_length(model.vectors[notes.rows])),
            thresholds,
            {"spent": {**spent._asdict(), "unit": dp.unit, "clip": dp.clip}},
        )
