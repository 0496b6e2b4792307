"""Fine-tuning of a tagger: the encoder learns with the layer that tags its tokens, in the one training loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import EntitiesConfig, FinetuneConfig
from wardspace.core.seeds import derive
from wardspace.models import LanguageModel
from wardspace.models.tokens import PlacedTokens, tokens_with_offsets
from wardspace.objectives import Unit
from wardspace.objectives.supervised.tags import TagScheme, positions_of, spans_at
from wardspace.objectives.supervised.token_classification import (
    PLACES,
    TAGS,
    TaggedNotes,
    TagHead,
    TokenClassification,
)
from wardspace.tasks.entities.annotated import AnnotatedNotes
from wardspace.tasks.entities.emissions import HeadEmissions
from wardspace.tasks.entities.fitted import FittedTagger, Tagging
from wardspace.tasks.entities.kept import save_tagger
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.entities.settings import coded
from wardspace.tasks.finetuning import BudgetedFineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.validation import class_weights
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload


@dataclass(frozen=True)
class EntityFineTuning(BudgetedFineTuning[AnnotatedNotes, EntitiesConfig]):
    """Fine-tuning, once a seed on all training notes and once on each budget: a seed draws its own subset."""

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def save(self, fitted: FittedTagger, folder: Path, run: RunKey) -> None:
        """Write the tagger; see `load_tagger`."""
        save_tagger(fitted, folder, run)

    def tuner(self, model: EvaluatedModel, gold: AnnotatedNotes) -> EntityTuner:
        """What all seeds of a model share."""
        return EntityTuner(*model.opened(), gold, self.task)

    def workload(self, model: EvaluatedModel, gold: AnnotatedNotes, folder: Path) -> Workload:
        """A seed on all training notes and on each budget; validation and test are read after each."""
        tuner = self.tuner(model, gold)
        what = f"fine-tuning for {self.task.name}"
        trials = [Trial(0, self.options.rates[0], notes) for notes in (None, *gold.budgets(self.task.budgets))]
        phases = [tuner.phase(trial, what, folder) for trial in trials]
        held = sum(int(plan.validation.tokens.sum()) for plan in phases[0].plans)
        scored = held * (1 + len(gold.rows("test")) / max(1, len(gold.rows("validation"))))
        return Workload(phases, runs=self.trainings, tokens_read=round(len(phases) * scored))


@dataclass(frozen=True, eq=False)
class EntityTuner(Tuner[TokenClassification, FittedTagger]):
    """What all trainings of a model on a task share: the tokens of its notes.

    Parameters
    ----------
    gold : AnnotatedNotes
        The notes and their mentions.
    task : EntitiesConfig
        Options in `task.finetune`.
    """

    gold: AnnotatedNotes
    task: EntitiesConfig

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    @property
    def scheme(self) -> TagScheme:
        """The tags."""
        return TagScheme(self.task.scheme, self.gold.classes)

    def trained(self, trial: Trial) -> tuple[TokenClassification, Part]:
        """The model with a new head, and the tagged notes."""
        model = LanguageModel.load(self.folder_or_name, seed=trial.seed)
        rows = self.gold.learned(trial.shots if trial.shots is not None else self.options.notes, trial.seed)
        units = [self._units[row] for row in rows.tolist()]
        held = [self._units[row] for row in self.gold.rows("validation").tolist()]
        groups = [str(self.gold.group[row]) for row in (*rows, *self.gold.rows("validation"))]
        head = TagHead(model.dimension, self.scheme, derive("tag head", trial.seed), crf=self.task.crf)
        weights = self._weights(units)
        objective = TokenClassification(
            self.options,
            model,
            self.setting(model, trial.seed),
            TaggedNotes(self.task.name, head, weights, self.encoder_of(model).overlap),
        )
        validating = np.arange(len(units), len(units) + len(held))
        return objective, Part(objective, FixedSource([*units, *held], groups, validating))

    def fitted(self, objective: TokenClassification) -> FittedTagger:
        """The tagger; its confidence is scaled on validation."""
        head = objective.head.eval()
        encoder = self.encoder_of(objective.model)
        tagging = Tagging(encoder, self.task.pieces, HeadEmissions(head), head.chain())
        rows = self.gold.rows("validation")
        return FittedTagger.calibrated(tagging, self.gold.classes, self.gold.texts.of(rows), self.gold.of(rows))

    def score(self, fitted: FittedTagger) -> float:
        """Strict F1 on validation."""
        rows = self.gold.rows("validation")
        hits = both = 0
        for found, right in zip(fitted.find(self.gold.texts.of(rows)), self.gold.of(rows), strict=True):
            said = {Mention(one.start, one.end, one.type) for one in found}
            hits, both = hits + len(said & set(right)), both + len(said) + len(right)
        return 2 * hits / both if both else 0.0

    @cached_property
    def _units(self) -> dict[int, Unit]:
        rows = np.union1d(self.gold.rows("train"), self.gold.rows("validation"))
        texts = self.gold.texts.of(rows)
        tokens = tokens_with_offsets(self.start.tokenizer, texts)
        return {row: self._unit(row, text, one) for row, text, one in zip(rows.tolist(), texts, tokens, strict=True)}

    def _unit(self, row: int, text: str, tokens: PlacedTokens) -> Unit:
        at = positions_of(text, tokens, self.task.pieces)
        spans = spans_at(coded(self.gold.mentions[row], self.gold.classes), at.bounds)
        targets: dict[str, NDArray[Any]] = {TAGS: self.scheme.encode(spans, len(at.places)), PLACES: at.places}
        return Unit(str(self.gold.note_id[row]), tokens.ids, targets=targets)

    def _weights(self, units: Sequence[Unit]) -> NDArray[np.float64]:
        tags = np.concatenate([np.zeros(0, dtype=np.int32), *(unit.targets[TAGS] for unit in units)])
        return class_weights(tags, len(self.scheme.names), self.task.class_weights)
