"""Fine-tuning on sentences: the encoder learns with the head that labels them, in the one training loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import FinetuneConfig, SentencesConfig
from wardspace.models import LanguageModel, hardware
from wardspace.models.tokens import PlacedTokens, tokens_with_offsets
from wardspace.objectives import Unit
from wardspace.objectives.supervised.sentence_classification import (
    BOUNDS,
    LABELS,
    SentenceClassification,
    micro_f1,
    token_bounds,
)
from wardspace.objectives.supervised.sentence_classification import LabelledSentences as TaskHead
from wardspace.tasks.finetuning import BudgetedFineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.head import fit_head
from wardspace.tasks.sentences.fitted import FittedSentences
from wardspace.tasks.sentences.kept import SentenceHead
from wardspace.tasks.sentences.labelled import Asked, Flags, LabelledSentences
from wardspace.tasks.sentences.vectors import Vectors, sentence_vectors
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload


@dataclass(frozen=True)
class SentenceFineTuning(BudgetedFineTuning[LabelledSentences, SentencesConfig]):
    """Fine-tuning, once a seed on all training notes and once on each budget: a seed draws its own subset.

    The head is first trained on the frozen vectors, as of documents: see `DocumentFineTuning`.
    """

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def save(self, fitted: FittedSentences, folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_sentences`."""
        fitted.save(folder, run)

    def tuner(self, model: EvaluatedModel, gold: LabelledSentences) -> SentenceTuner:
        """What all seeds of a model share."""
        return SentenceTuner(*model.opened(), gold, self.task)

    def workload(self, model: EvaluatedModel, gold: LabelledSentences, folder: Path) -> Workload:
        """A seed on all training notes and on each budget; validation (for the threshold too) and test are read."""
        tuner = self.tuner(model, gold)
        what = f"fine-tuning for {self.task.name}"
        trials = [Trial(0, self.options.rates[0], notes) for notes in (None, *gold.budget.sizes(self.task.budgets))]
        phases = [tuner.phase(trial, what, folder) for trial in trials]
        held = sum(int(plan.validation.tokens.sum()) for plan in phases[0].plans)
        scored = held * (2 + len(gold.rows("test")) / max(1, len(gold.rows("validation"))))
        return Workload(phases, runs=self.trainings, tokens_read=round(len(phases) * scored))


@dataclass(frozen=True, eq=False)
class SentenceTuner(Tuner[SentenceClassification, FittedSentences]):
    """What all trainings of a model on a task share: tokens and frozen vectors of its sentences.

    Parameters
    ----------
    gold : LabelledSentences
        The notes, their sentences and labels.
    task : SentencesConfig
        Options in `task.finetune`.
    """

    gold: LabelledSentences
    task: SentencesConfig

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def trained(self, trial: Trial) -> tuple[SentenceClassification, Part]:
        """The model and a head that was trained on its vectors; the notes with their sentences."""
        rows = self.gold.budget.learned(trial.shots if trial.shots is not None else self.options.notes, trial.seed)
        held = self.gold.rows("validation")
        flags = self.gold.labels(rows)
        head, _ = fit_head(
            self._vectors(rows), flags, self._vectors(held), self.gold.labels(held), len(self.gold.classes),
            seed=trial.seed,
        )  # fmt: skip
        model = LanguageModel.load(self.folder_or_name, seed=trial.seed)
        objective = SentenceClassification(
            self.options,
            model,
            self.setting(model, trial.seed),
            TaskHead(self.task.name, head.cpu(), self._weights(flags), self.encoder_of(model).overlap),
        )
        units = [self._units[row] for row in (*rows.tolist(), *held.tolist())]
        groups = [str(self.gold.group[row]) for row in (*rows, *held)]
        return objective, Part(objective, FixedSource(units, groups, np.arange(len(rows), len(units))))

    def fitted(self, objective: SentenceClassification) -> FittedSentences:
        """The classifier: it reads long notes in all their windows; its threshold is chosen on validation."""
        head = SentenceHead(self.encoder_of(objective.model), objective.head.eval())

        def score(asked: Asked) -> NDArray[np.float32]:
            return head.probabilities(asked.texts.of(asked.rows), asked.sentences)

        return FittedSentences.calibrated(score, self.gold, head=head)

    def score(self, fitted: FittedSentences) -> float:
        """Micro F1 on validation."""
        held = self.gold.units("validation")
        return micro_f1(self.gold.labels(held.rows), fitted.score(held))

    @cached_property
    def _frozen(self) -> Mapping[int, Vectors]:
        """Vectors of the sentences to learn from and to validate on, by the starting weights."""
        encoder = self.encoder_of(self.start)
        encoder.model.to(hardware.device())  # type: ignore[arg-type]
        asked = self.gold.asked(np.union1d(self.gold.rows("train"), self.gold.rows("validation")))
        vectors = sentence_vectors(encoder, asked.texts.of(asked.rows), asked.sentences)
        return dict(zip(asked.rows.tolist(), vectors, strict=True))

    def _vectors(self, rows: NDArray[np.int64]) -> Vectors:
        return np.concatenate([self._frozen[row] for row in rows.tolist()])

    @cached_property
    def _units(self) -> Mapping[int, Unit]:
        rows = np.union1d(self.gold.rows("train"), self.gold.rows("validation"))
        tokens = tokens_with_offsets(self.start.tokenizer, self.gold.texts.of(rows))
        return {row: self._unit(row, one) for row, one in zip(rows.tolist(), tokens, strict=True)}

    def _unit(self, row: int, tokens: PlacedTokens) -> Unit:
        places = np.array(self.gold.sentences[row], dtype=np.int64).reshape(-1, 2)
        bounds = token_bounds(tokens.offsets, places)
        targets: dict[str, NDArray[Any]] = {BOUNDS: bounds, LABELS: self.gold.flags[row]}
        return Unit(str(self.gold.note_id[row]), tokens.ids, targets=targets)

    def _weights(self, flags: Flags) -> NDArray[np.float64]:
        """What a sentence with each label counts."""
        has = np.maximum(flags.sum(axis=0), 1)
        return np.asarray(np.maximum((len(flags) - has) / has, 1.0) ** self.task.class_weights)
