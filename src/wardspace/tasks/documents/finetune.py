"""Full fine-tuning as a setting: the encoder learns with the head, in the one training loop."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, EncoderConfig
from wardspace.core.files import digest
from wardspace.core.seeds import derive, generator
from wardspace.models import Encoder, LanguageModel, hardware
from wardspace.models.tokens import token_ids
from wardspace.objectives import ObjectiveSettings, Reading, Unit, Vocabulary
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.objectives.supervised.classification import CLASS, MEMBERS, Classification
from wardspace.objectives.supervised.classification import LabelledNotes as TaskHead
from wardspace.results import SettingRecord
from wardspace.tasks.documents.fitted import FittedClassifier
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled, LabelledNotes
from wardspace.tasks.documents.subsets import stratified
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel, Notes, Texts
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.thresholds import best_thresholds
from wardspace.tasks.probes.validation import class_weights
from wardspace.training import EarlyStop, FixedSource, Part, TrainingOptions, train
from wardspace.training.adapt import ROOMS
from wardspace.training.forecast.forecast import Workload
from wardspace.training.forecast.sample import spread
from wardspace.training.train import phase_of
from wardspace.training.weights.processes import Processes

SAMPLE = 4
"""Passes of notes that show how fast a model reads."""


@dataclass(frozen=True)
class FineTuning:
    """Full fine-tuning, once a seed.

    The head is first trained on the frozen vectors, and only then do both move: a new head would spend the few hundred
    small steps of fine-tuning on finding its feet, and pull the encoder out of shape on the way (Kumar et al. 2022).
    A cap on the training notes takes the same ones, in the shares of their classes, for every model and seed. Vectors
    are not normalised here, whatever the encoder's folder says: a head can make use of their length.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : ClassificationConfig
        The task, with the options in `task.finetune`.

    References
    ----------
    Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution.
    """

    record: SettingRecord
    task: ClassificationConfig
    _shared: list[Finetuning] = field(default_factory=list, init=False, repr=False, compare=False)
    """That of the last model: its seeds share the frozen vectors, which take a third of a seed's time to compute."""

    @property
    def models(self) -> Models:
        """Those that the task names, all, or the best."""
        asked = self.task.finetune
        return asked.best if asked.models == "best" else "encoders" if asked.models == "all" else asked.models

    @property
    def runs(self) -> list[tuple[int | None, int]]:
        """One with each seed."""
        return [(None, seed) for seed in range(self.task.finetune.seeds)]

    def cap(self, gold: LabelledNotes) -> int | None:
        """The task's number of labels, or that of fine-tuning, if there are more."""
        caps = [cap for cap in (self.task.labels, self.task.finetune.notes) if cap is not None]
        return min(caps) if caps and min(caps) < len(gold.labels.rows("train")) else None

    def reads(self, gold: LabelledNotes) -> NDArray[np.int64]:
        """None: it makes vectors of its own."""
        return np.empty(0, dtype=np.int64)

    def fit(
        self, model: EvaluatedModel, gold: LabelledNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedClassifier:
        """Fine-tune from the model's own weights; a run that was killed goes on from its last checkpoint in `folder`.

        Raises
        ------
        ModelError
            If there is no such model.
        WardspaceError
            As `wardspace.training.train` does.
        """
        tuning = self._tuning(model, gold)
        what = f"{run.task}, {run.model}, seed {run.seed}"
        objective, part, options = tuning.seed(run.seed, what, Processes())
        work = folder / f"seed-{run.seed}-{tuning.content}"
        train({part.model: objective.model}, [part], options, work, show_progress=show_progress)
        fitted = tuning.fitted(objective)
        shutil.rmtree(work, ignore_errors=True)
        return fitted

    def workload(self, model: EvaluatedModel, gold: LabelledNotes, folder: Path) -> Workload:
        """The training of a seed and what is read around it, for `wardspace plan`."""
        return MeasuredFinetuning(gold.texts, gold.labels, self.task, *model.opened()).workload(folder)

    def _tuning(self, model: EvaluatedModel, gold: LabelledNotes) -> Finetuning:
        wanted = Finetuning(gold.texts, gold.labels, self.task, *model.opened())
        if not self._shared or not self._shared[0].same(wanted):
            self._shared[:] = [wanted]
        return self._shared[0]


@dataclass(frozen=True)
class Finetuning:
    """What all seeds of a fine-tuning share.

    Parameters
    ----------
    texts, labelled : Texts, Labelled
        The notes and their labels.
    task : ClassificationConfig
        Options in `task.finetune`.
    folder_or_name, encoder
        The model, as `LanguageModel.load` takes it, and how a note becomes a vector.
    """

    texts: Texts
    labelled: Labelled
    task: ClassificationConfig
    folder_or_name: str
    encoder: EncoderConfig

    def same(self, other: Finetuning) -> bool:
        """Whether the other fine-tunes the same model on the same notes."""
        notes = self.texts is other.texts and self.labelled is other.labelled
        return notes and (self.folder_or_name, self.encoder) == (other.folder_or_name, other.encoder)

    def seed(self, seed: int, what: str, processes: Processes) -> tuple[Classification, Part, TrainingOptions]:
        """What a seed trains and how: from the starting weights, and a head that was trained on their vectors."""
        options, classes = self.task.finetune, len(self.labelled.classes)
        train_truth, validation_truth = self._truth(self.train), self._truth(self.labelled.rows("validation"))
        head, balance = fit_head(
            self.frozen["train"], train_truth, self.frozen["validation"], validation_truth, classes, seed=seed
        )
        codes = self.labelled.codes[self.train]
        weights = np.ones(classes) if self.labelled.members is not None else class_weights(codes, classes, balance)
        model = LanguageModel.load(self.folder_or_name, seed=seed)
        objective = Classification(
            options,
            model,
            self._setting(model, seed),
            TaskHead(self.task.name, head.cpu(), weights, self._encoder_of(model).overlap),
        )
        stop = None if options.patience is None else EarlyStop(options.patience)
        part = Part(objective, self._source(model), stop=stop)
        training = options.training(seed, self._batch_tokens(part))
        how = TrainingOptions(what, training, epochs=options.epochs, seed=derive("finetune", seed), processes=processes)
        return objective, part, how

    def fitted(self, objective: Classification) -> FittedClassifier:
        """The classifier: it reads long notes in all their windows; thresholds are chosen on validation."""
        encoder = self._encoder_of(objective.model)

        def probabilities(notes: Notes) -> NDArray[np.float32]:
            vectors = encoder.encode(self.texts.of(notes.rows), show_progress=False)
            return head_probabilities(objective.head, vectors)

        if self.labelled.members is None:
            return FittedClassifier(probabilities)
        rows = self.labelled.rows("validation")
        chosen = probabilities(Notes(self.texts, rows, self.labelled.note_id[rows]))
        return FittedClassifier(probabilities, best_thresholds(self.labelled.members[rows], chosen))

    @cached_property
    def train(self) -> NDArray[np.int64]:
        """Rows that it learns from."""
        rows = learned_rows(self.labelled, self.task)
        return stratified(self.labelled, rows, self.task.finetune.notes or len(rows))

    @cached_property
    def content(self) -> str:
        """What the predictions of a seed depend on, beside the notes and their labels."""
        options = self.task.finetune.model_dump(mode="json", exclude={"models", "best", "seeds"})
        return digest([self.encoder.model_dump(), options, _weights(self._start)])

    @cached_property
    def _start(self) -> LanguageModel:
        return LanguageModel.load(self.folder_or_name)

    @cached_property
    def frozen(self) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of the notes to learn from and to validate on, by the starting weights."""
        encoder = self._encoder_of(self._start)
        encoder.model.to(hardware.device())  # type: ignore[arg-type]
        rows = {"train": self.train, "validation": self.labelled.rows("validation")}
        return {name: encoder.encode(self.texts.of(at), show_progress=False) for name, at in rows.items()}

    def _encoder_of(self, model: LanguageModel) -> Encoder:
        return model.to_encoder(self.encoder.model_copy(update={"normalise": "no"}))

    def _setting(self, model: LanguageModel, seed: int) -> ObjectiveSettings:
        encoder, usual = self._encoder_of(model), ROOMS[hardware.device().type]
        vocabulary = Vocabulary.of(model.tokenizer, model.form)
        limit = TokenLimit(self.task.finetune.pass_tokens or usual.tokens, usual.rectangle)
        return ObjectiveSettings(vocabulary, encoder.window, encoder.pooling, seed, reading=limit)

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

    def _batch_tokens(self, part: Part) -> int:
        """Tokens of a batch: as asked, or as many as `batch_notes` notes have on average."""
        options, room = self.task.finetune, part.objective.setting.text_window
        special = part.objective.setting.vocabulary.specials_per_sequence
        mean = np.mean([min(len(unit.ids), room) + special for unit in part.source.units(0)[: len(self.train)]])
        return options.batch_tokens or max(1, round(options.batch_notes * float(mean)))

    def _truth(self, rows: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.bool_]:
        members = self.labelled.members
        return self.labelled.codes[rows] if members is None else members[rows]


class MeasuredFinetuning(Finetuning):
    """A fine-tuning that is only measured: its head learns from random vectors, which takes about as long."""

    def workload(self, folder: Path) -> Workload:
        """A seed's phase; vectors of the notes before it, once for all seeds, and predictions after it."""
        objective, part, options = self.seed(0, f"fine-tuning for {self.task.name}", Processes())
        model, held = objective.model, self.labelled.rows("validation")
        others = token_ids(model.tokenizer, self.texts.of(self.labelled.rows("test")))
        units = [*part.source.units(0), *(Unit("", ids) for ids in others)]
        tokens = np.array([objective.tokens(Reading(unit, epoch=-1, piece=0)) for unit in units])
        learned, validated, tested = np.split(tokens, np.cumsum([len(self.train), len(held)]))
        order = spread(learned)
        order = order[: 1 + np.searchsorted(np.cumsum(learned[order]), SAMPLE * objective.setting.reading.tokens)]

        def read_sample() -> int:
            texts = self.texts.of(self.train[np.sort(order)])
            self._encoder_of(model).encode(texts, show_progress=False)
            return int(learned[order].sum())

        predictions = 1 if self.labelled.members is None else 2  # thresholds are chosen on validation
        return Workload(
            [phase_of({part.model: model}, [part], options, folder)],
            runs=self.task.finetune.seeds,
            tokens_read=int(predictions * validated.sum() + tested.sum()),
            tokens_shared=int(learned.sum() + validated.sum()),
            read_sample=read_sample,
        )

    @cached_property
    def frozen(self) -> Mapping[str, NDArray[np.float32]]:
        """Random vectors."""
        random = generator("measured finetuning")
        rows = {"train": self.train, "validation": self.labelled.rows("validation")}
        width = self._start.dimension
        return {name: random.standard_normal((len(at), width), dtype=np.float32) for name, at in rows.items()}


def _weights(model: LanguageModel) -> str:
    """A hash of the encoder's weights."""
    hasher = hashlib.sha256()
    for name, value in sorted(model.encoder.state_dict().items()):
        hasher.update(name.encode())
        hasher.update(np.ascontiguousarray(value.detach().cpu().numpy()).tobytes())
    return hasher.hexdigest()[:16]
