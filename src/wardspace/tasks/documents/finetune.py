"""Full fine-tuning as a setting: the encoder learns with the head, in the one training loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, FinetuneConfig
from wardspace.core.seeds import generator
from wardspace.corpus.note.scripts import main_scripts
from wardspace.models import LanguageModel, hardware
from wardspace.models.tokens import token_ids
from wardspace.objectives import Reading, Unit
from wardspace.objectives.supervised.classification import CLASS, MEMBERS, Classification, macro_f1
from wardspace.objectives.supervised.classification import LabelledNotes as TaskHead
from wardspace.tasks.documents.fitted import FittedClassifier
from wardspace.tasks.documents.kept import TextClassifier
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled, LabelledNotes
from wardspace.tasks.documents.subsets import stratified
from wardspace.tasks.finetuning import FineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel, Notes, Texts
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.thresholds import best_thresholds
from wardspace.tasks.probes.validation import class_weights
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload
from wardspace.training.forecast.sample import spread

SAMPLE = 4
"""Passes of notes that show how fast a model reads."""


@dataclass(frozen=True)
class DocumentFineTuning(FineTuning[LabelledNotes, ClassificationConfig]):
    """Full fine-tuning, once a seed.

    The head is first trained on the frozen vectors, and only then do both move: a new head would spend the few hundred
    small steps of fine-tuning on finding its feet, and pull the encoder out of shape on the way (Kumar et al. 2022).
    A cap on the training notes takes the same ones, in the shares of their classes, for every model and seed. Vectors
    are not normalised here, whatever the encoder's folder says: a head can make use of their length.

    References
    ----------
    Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution.
    """

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def runs(self, gold: LabelledNotes) -> list[tuple[int | None, int]]:
        """One with each seed."""
        return [(None, seed) for seed in range(self.options.seeds)]

    def cap(self, gold: LabelledNotes) -> int | None:
        """The task's number of labels, or that of fine-tuning, if there are more."""
        caps = [cap for cap in (self.task.labels, self.options.notes) if cap is not None]
        return min(caps) if caps and min(caps) < len(gold.labels.rows("train")) else None

    def reads(self, gold: LabelledNotes) -> NDArray[np.int64]:
        """None: it makes vectors of its own."""
        return np.empty(0, dtype=np.int64)

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedClassifier[Notes], folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_classifier`."""
        fitted.save(folder, run)

    def tuner(self, model: EvaluatedModel, gold: LabelledNotes) -> Finetuning:
        """What all seeds of a model share."""
        return Finetuning(*model.opened(), gold.texts, gold.labels, self.task)

    def workload(self, model: EvaluatedModel, gold: LabelledNotes, folder: Path) -> Workload:
        """The training of a seed, its first rate, and what is read around it."""
        return MeasuredFinetuning(*model.opened(), gold.texts, gold.labels, self.task).workload(folder, self.trainings)


@dataclass(frozen=True, eq=False)
class Finetuning(Tuner[Classification, FittedClassifier[Notes]]):
    """What all seeds of a fine-tuning share: the frozen vectors take a third of a seed's time to compute.

    Parameters
    ----------
    texts, labelled : Texts, Labelled
        The notes and their labels.
    task : ClassificationConfig
        Options in `task.finetune`.
    """

    texts: Texts
    labelled: Labelled
    task: ClassificationConfig

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def trained(self, trial: Trial) -> tuple[Classification, Part]:
        """The model and a head that was trained on its vectors; the notes with their labels."""
        seed, classes = trial.seed, len(self.labelled.classes)
        train_truth, validation_truth = self._truth(self.train), self._truth(self.labelled.rows("validation"))
        head, balance = fit_head(
            self.frozen["train"], train_truth, self.frozen["validation"], validation_truth, classes, seed=seed
        )
        codes = self.labelled.codes[self.train]
        weights = np.ones(classes) if self.labelled.members is not None else class_weights(codes, classes, balance)
        model = LanguageModel.load(self.folder_or_name, seed=seed)
        objective = Classification(
            self.options,
            model,
            self.setting(model, seed),
            TaskHead(self.task.name, head.cpu(), weights, self.encoder_of(model).overlap),
        )
        return objective, Part(objective, self._source(model))

    def fitted(self, objective: Classification) -> FittedClassifier[Notes]:
        """The classifier: it reads long notes in all their windows; thresholds are chosen on validation."""
        encoder = self.encoder_of(objective.model)

        def probabilities(notes: Notes) -> NDArray[np.float32]:
            vectors = encoder.encode(self.texts.of(notes.rows), show_progress=False)
            return head_probabilities(objective.head, vectors)

        rows = self.labelled.rows("validation")
        members = self.labelled.members
        thresholds = None if members is None else best_thresholds(members[rows], probabilities(self._held))

        def reader() -> TextClassifier:
            scripts = main_scripts(self.texts.of(rows))
            return TextClassifier(encoder, objective.head, tuple(self.labelled.classes), thresholds, scripts)

        return FittedClassifier(probabilities, thresholds, reader=reader)

    def score(self, fitted: FittedClassifier[Notes]) -> float:
        """Macro F1."""
        truth = self.labelled.truth[self._held.rows]
        return macro_f1(truth.reshape(len(truth), -1).astype(np.int64), fitted.probabilities(self._held))

    @property
    def _held(self) -> Notes:
        rows = self.labelled.rows("validation")
        return Notes(self.texts, rows, self.labelled.note_id[rows])

    @cached_property
    def train(self) -> NDArray[np.int64]:
        """Rows that it learns from."""
        rows = learned_rows(self.labelled, self.task)
        return stratified(self.labelled, rows, self.options.notes or len(rows))

    @cached_property
    def frozen(self) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of the notes to learn from and to validate on, by the starting weights."""
        encoder = self.encoder_of(self.start)
        encoder.model.to(hardware.device())  # type: ignore[arg-type]
        rows = {"train": self.train, "validation": self.labelled.rows("validation")}
        return {name: encoder.encode(self.texts.of(at), show_progress=False) for name, at in rows.items()}

    def _source(self, model: LanguageModel) -> FixedSource:
        """The notes to learn from, then those that validate."""
        held = self.labelled.rows("validation")
        rows = np.concatenate([self.train, held])
        ids = token_ids(model.tokenizer, [*self.texts.of(self.train), *self.texts.of(held)])
        name = CLASS if self.labelled.members is None else MEMBERS
        units = [
            Unit(str(self.labelled.note_id[row]), own, targets={name: truth})
            for row, own, truth in zip(rows, ids, self._truth(rows), strict=True)
        ]
        validating = np.arange(len(self.train), len(rows))
        return FixedSource(units, [str(group) for group in self.labelled.group[rows]], validating)

    def _truth(self, rows: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.bool_]:
        members = self.labelled.members
        return self.labelled.codes[rows] if members is None else members[rows]


class MeasuredFinetuning(Finetuning):
    """A fine-tuning that is only measured: its head learns from random vectors, which takes about as long."""

    def workload(self, folder: Path, runs: int) -> Workload:
        """A seed's phase; vectors of the notes before it, once for all seeds, and predictions after it."""
        phase = self.phase(Trial(0, self.options.rates[0]), f"fine-tuning for {self.task.name}", folder)
        (part,), held = phase.parts, self.labelled.rows("validation")
        objective = cast("Classification", part.objective)
        model = objective.model
        others = token_ids(model.tokenizer, self.texts.of(self.labelled.rows("test")))
        units = [*part.source.units(0), *(Unit("", ids) for ids in others)]
        tokens = np.array([objective.tokens(Reading(unit, epoch=-1, piece=0)) for unit in units])
        learned, validated, tested = np.split(tokens, np.cumsum([len(self.train), len(held)]))
        order = spread(learned)
        order = order[: 1 + np.searchsorted(np.cumsum(learned[order]), SAMPLE * objective.setting.reading.tokens)]

        def read_sample() -> int:
            texts = self.texts.of(self.train[np.sort(order)])
            self.encoder_of(model).encode(texts, show_progress=False)
            return int(learned[order].sum())

        predictions = 1 if self.labelled.members is None else 2  # thresholds are chosen on validation
        return Workload(
            [phase],
            runs=runs,
            tokens_read=int(predictions * validated.sum() + tested.sum()),
            tokens_shared=int(learned.sum() + validated.sum()),
            read_sample=read_sample,
        )

    @cached_property
    def frozen(self) -> Mapping[str, NDArray[np.float32]]:
        """Random vectors."""
        random = generator("measured finetuning")
        rows = {"train": self.train, "validation": self.labelled.rows("validation")}
        width = self.start.dimension
        return {name: random.standard_normal((len(at), width), dtype=np.float32) for name, at in rows.items()}
