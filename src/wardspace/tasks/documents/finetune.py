"""Predictions from fine-tuning: the encoder learns with the head."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, EncoderConfig
from wardspace.core.files import digest
from wardspace.core.seeds import derive
from wardspace.corpus import Corpus
from wardspace.models import Encoder, LanguageModel, hardware
from wardspace.models.tokens import token_ids
from wardspace.objectives import ObjectiveSettings, Unit, Vocabulary
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.objectives.supervised.classification import CLASS, MEMBERS, Classification, LabelledNotes
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.multilabel import best_thresholds
from wardspace.tasks.documents.subsets import by_hash, stratified
from wardspace.tasks.predictions import (
    SCORED,
    RunKey,
    gathered,
    prediction_rows,
    read_predictions,
    several_rows,
    write_predictions,
)
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.validation import class_weights
from wardspace.training import EarlyStop, FixedSource, Part, TrainingOptions, train
from wardspace.training.adapt import ROOMS
from wardspace.training.weights.processes import Processes


def finetune_predictions(
    corpus: Corpus,
    labelled: Labelled,
    task: ClassificationConfig,
    *,
    model: str,
    folder_or_name: str,
    encoder: EncoderConfig,
    work: Path,
    show_progress: bool = True,
) -> pa.Table:
    """Fine-tune an encoder with each seed and predict validation and test.

    The head is first trained on the frozen vectors, and only then do both move: a new head would spend the few hundred
    small steps of fine-tuning on finding its feet, and pull the encoder out of shape on the way (Kumar et al. 2022).
    A cap on the training notes takes the same ones, in the shares of their classes, for every model and seed. Vectors
    are not normalised here, whatever the encoder's folder says: a head can make use of their length.

    Started by `torchrun` or `accelerate launch`, all processes call this alike and train each seed together.

    Parameters
    ----------
    corpus, labelled, task
        Notes, their classes, and the options in `task.finetune`.
    model : str
        Name of the model in the table.
    folder_or_name : str
        What `LanguageModel.load` opens.
    encoder : EncoderConfig
        Pooling and window.
    work : Path
        Folder for the predictions of finished seeds and the checkpoints of an unfinished one: a run that was killed
        goes on from there, if notes, options and starting weights are the same.
    show_progress : bool
        Show bars.

    Returns
    -------
    pyarrow.Table
        Of `wardspace.tasks.predictions.SCHEMA`.

    Raises
    ------
    ModelError
        If there is no such model.
    WardspaceError
        As `wardspace.training.train` does.

    References
    ----------
    Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution.
    """
    tuning = Finetuning(corpus, labelled, task, folder_or_name, encoder)
    processes = Processes()
    key = digest([corpus.content_hash, task.name, task.label, task.labels, labelled.classes, model, tuning.content])
    names = {seed: f"seed-{seed}-{key}" for seed in range(task.finetune.seeds)}
    stored = {seed: work / f"{name}.parquet" for seed, name in names.items()}
    for seed in processes.broadcast([seed for seed, path in stored.items() if not path.is_file()]):
        objective, part, options = tuning.seed(seed, f"{task.name}, {model}, seed {seed}", processes)
        train({part.model: objective.model}, [part], options, work / names[seed], show_progress=show_progress)
        if processes.first:
            run = RunKey(task.name, model, "finetune", None, seed)
            write_predictions(tuning.predictions(objective, run), stored[seed])
            shutil.rmtree(work / names[seed], ignore_errors=True)
        processes.wait()
    return gathered([read_predictions(path) for path in stored.values()], labelled.classes)


@dataclass(frozen=True)
class Finetuning:
    """What all seeds of a fine-tuning share.

    Parameters
    ----------
    corpus, labelled, task, folder_or_name, encoder
        As for `finetune_predictions`.
    """

    corpus: Corpus
    labelled: Labelled
    task: ClassificationConfig
    folder_or_name: str
    encoder: EncoderConfig

    def seed(self, seed: int, what: str, processes: Processes) -> tuple[Classification, Part, TrainingOptions]:
        """What a seed trains and how: from the starting weights, and a head that was trained on their vectors."""
        options, classes = self.task.finetune, len(self.labelled.classes)
        train_truth, validation_truth = self._truth(self.train), self._truth(self.labelled.rows("validation"))
        head, balance = fit_head(
            self._frozen["train"], train_truth, self._frozen["validation"], validation_truth, classes, seed=seed
        )
        codes = self.labelled.codes[self.train]
        weights = np.ones(classes) if self.labelled.members is not None else class_weights(codes, classes, balance)
        model = LanguageModel.load(self.folder_or_name, seed=seed)
        objective = Classification(
            options,
            model,
            self._setting(model, seed),
            LabelledNotes(self.task.name, head.cpu(), weights, self._encoder_of(model).overlap),
        )
        stop = None if options.patience is None else EarlyStop(options.patience)
        part = Part(objective, self._source(model), stop=stop)
        training = options.training(seed, self._batch_tokens(part))
        how = TrainingOptions(what, training, epochs=options.epochs, seed=derive("finetune", seed), processes=processes)
        return objective, part, how

    def predictions(self, objective: Classification, run: RunKey) -> pa.Table:
        """Predict validation and test, of long notes from all their windows; thresholds are chosen on validation."""
        encoder = self._encoder_of(objective.model)
        found: dict[str, NDArray[np.float32]] = {}
        for split in SCORED:
            vectors = encoder.encode(self._texts(self.labelled.rows(split)), show_progress=False)
            found[split] = head_probabilities(objective.head, vectors)
        if self.labelled.members is None:
            return prediction_rows(self.labelled, run, found.__getitem__)
        thresholds = best_thresholds(self.labelled.members[self.labelled.rows("validation")], found["validation"])
        return several_rows(self.labelled, run, found.__getitem__, thresholds)

    @cached_property
    def train(self) -> NDArray[np.int64]:
        """Rows that it learns from."""
        rows = learned_rows(self.labelled, self.task)
        most = self.task.finetune.notes or len(rows)
        if self.labelled.members is None:
            return stratified(self.labelled, rows, most)
        return np.sort(by_hash(self.labelled, rows, "stratified", 0)[:most])

    @cached_property
    def content(self) -> str:
        """What the predictions of a seed depend on, beside the notes and their labels."""
        options = self.task.finetune.model_dump(mode="json", exclude={"models", "best", "seeds"})
        return digest([self.encoder.model_dump(), options, _weights(self._start)])

    @cached_property
    def _start(self) -> LanguageModel:
        return LanguageModel.load(self.folder_or_name)

    @cached_property
    def _frozen(self) -> Mapping[str, NDArray[np.float32]]:
        """Vectors of the notes to learn from and to validate on, by the starting weights."""
        encoder = self._encoder_of(self._start)
        encoder.model.to(hardware.device())  # type: ignore[arg-type]
        rows = {"train": self.train, "validation": self.labelled.rows("validation")}
        return {name: encoder.encode(self._texts(at), show_progress=False) for name, at in rows.items()}

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
        ids = token_ids(model.tokenizer, [*self._texts(self.train), *self._texts(held)])
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

    def _texts(self, rows: NDArray[np.int64]) -> Sequence[str]:
        """Texts of some rows (in rising order); the other notes pass by."""
        found: list[str] = []
        first = 0
        for batch in self.corpus.batches(columns=["text"]):
            inside = rows[(rows >= first) & (rows < first + batch.num_rows)] - first
            found += batch.column(0).take(pa.array(inside)).to_pylist()
            first += batch.num_rows
        return found


def _weights(model: LanguageModel) -> str:
    """A hash of the encoder's weights."""
    hasher = hashlib.sha256()
    for name, value in sorted(model.encoder.state_dict().items()):
        hasher.update(name.encode())
        hasher.update(np.ascontiguousarray(value.detach().cpu().numpy()).tobytes())
    return hasher.hexdigest()[:16]
