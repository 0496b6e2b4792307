"""Fine-tuning on relations: the encoder learns with the head that scores pairs of mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from wardspace.config import FinetuneConfig, RelationsConfig
from wardspace.core.seeds import derive
from wardspace.models import LanguageModel
from wardspace.objectives import Unit
from wardspace.objectives.supervised.pair_head import PairHead
from wardspace.objectives.supervised.relation_classification import (
    CLASSES,
    ENDS,
    MARKERS,
    PAIRS,
    RelatedTexts,
    RelationClassification,
)
from wardspace.tasks.finetuning import BudgetedFineTuning, Trial, Tuner
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.validation import class_weights
from wardspace.tasks.relations.candidates import Pairing
from wardspace.tasks.relations.documents import Relation
from wardspace.tasks.relations.fitted import FittedRelations, classes_of, fitted
from wardspace.tasks.relations.kept import NONE, save_relations
from wardspace.tasks.relations.marked import MarkedScorer, pairs_of
from wardspace.tasks.relations.marking import MarkedText, Marking
from wardspace.tasks.relations.predicted import Met, as_annotated, met_by
from wardspace.tasks.relations.related import RelatedNotes
from wardspace.training import FixedSource, Part
from wardspace.training.forecast.forecast import Workload


@dataclass(frozen=True)
class RelationFineTuning(BudgetedFineTuning[RelatedNotes, RelationsConfig]):
    """Fine-tuning, once a seed on all training notes and once on each budget: a seed draws its own subset."""

    _met: dict[str, tuple[RelatedNotes, Met]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Which mentions the last model meets: the same for all its seeds."""

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def save(self, fitted: FittedRelations, folder: Path, run: RunKey) -> None:
        """Write what it has learned; see `load_relations`."""
        save_relations(fitted, folder, run)

    def tuner(self, model: EvaluatedModel, gold: RelatedNotes) -> RelationTuner:
        """What all seeds of a model share."""
        known = self._met.get(model.name)
        if known is None or known[0] is not gold:
            self._met.clear()
            known = self._met[model.name] = gold, met_by(model, gold)
        return RelationTuner(*model.opened(), gold, self.task, known[1])

    def workload(self, model: EvaluatedModel, gold: RelatedNotes, folder: Path) -> Workload:
        """A seed on all training notes and on each budget; validation and test are read after each."""
        tuner = RelationTuner(*model.opened(), gold, self.task)  # nothing is predicted yet
        what = f"fine-tuning for {self.task.name}"
        sizes = (None, *gold.budget.sizes(self.task.budgets))
        phases = [tuner.phase(Trial(0, self.options.rates[0], notes), what, folder) for notes in sizes]
        held = sum(int(plan.validation.tokens.sum()) for plan in phases[0].plans)
        scored = held * (1 + len(gold.rows("test")) / max(1, len(gold.rows("validation"))))
        return Workload(phases, runs=self.trainings, tokens_read=round(len(phases) * scored))


@dataclass(frozen=True, eq=False)
class RelationTuner(Tuner[RelationClassification, FittedRelations]):
    """What all trainings of a model on a task share: the tokens of its notes.

    Parameters
    ----------
    gold : RelatedNotes
        The notes, what they mention and how it is related.
    task : RelationsConfig
        Options in `task.finetune`.
    met : callable
        Which mentions are met in validation, where threshold and confidence are chosen, and in test.
    """

    gold: RelatedNotes
    task: RelationsConfig
    met: Met = as_annotated

    @property
    def options(self) -> FinetuneConfig:
        """Options of the task."""
        return self.task.finetune

    def trained(self, trial: Trial) -> tuple[RelationClassification, Part]:
        """The model with a new head, and the notes with their candidates."""
        model = LanguageModel.load(self.folder_or_name, seed=trial.seed)
        rows, held = self._learned(trial), self.gold.rows("validation")
        pairing = self.gold.pairing(rows)
        units = [self._unit(row, pairing) for row in (*rows.tolist(), *held.tolist())]
        groups = [str(self.gold.group[row]) for row in (*rows, *held)]
        head = PairHead(model.dimension, (NONE, *self.gold.classes), derive("pair head", trial.seed))
        head.expect(_shares(units[: len(rows)], len(head.classes)))
        related = RelatedTexts(
            self.task.name, head, self._weights(units[: len(rows)]), self.task.overlap, self.task.merge,
            self.task.negatives,
        )  # fmt: skip
        objective = RelationClassification(self.options, model, self.setting(model, trial.seed), related)
        self._pairings[objective] = pairing
        return objective, Part(objective, FixedSource(units, groups, np.arange(len(rows), len(units))))

    def fitted(self, objective: RelationClassification) -> FittedRelations:
        """What finds relations; threshold and scale of confidence are chosen on validation."""
        encoder = self.encoder_of(objective.model)
        marking = Marking(encoder.tokenizer, self._marking.types)
        scorer = MarkedScorer(encoder, objective.head.eval(), marking, self.task.overlap, self.task.merge)
        return fitted(scorer, self._pairings[objective], self.gold, self.met)

    def score(self, fitted: FittedRelations) -> float:
        """Micro F1 on validation."""
        asked = self.met(self.gold.asked(rows := self.gold.rows("validation")))
        hits = both = 0
        found = fitted.relations(asked.texts.of(rows), asked.documents)
        for own, right in zip(found, self.gold.of(rows), strict=True):
            said = {Relation(one.head, one.tail, one.type) for one in own}
            hits, both = hits + len(said & set(right)), both + len(said) + len(right)
        return 2 * hits / both if both else 0.0

    def _learned(self, trial: Trial) -> NDArray[np.int64]:
        return self.gold.learned(trial.shots if trial.shots is not None else self.options.notes, trial.seed)

    @cached_property
    def _pairings(self) -> WeakKeyDictionary[RelationClassification, Pairing]:
        """Which pairs each training looks at: those of the types that are related in its notes."""
        return WeakKeyDictionary()

    @cached_property
    def _marking(self) -> Marking:
        types = {mention.type for document in self.gold.documents for mention in document.mentions}
        return Marking(self.start.tokenizer, tuple(sorted(types)))

    @cached_property
    def _marked(self) -> dict[int, MarkedText]:
        rows = np.union1d(self.gold.rows("train"), self.gold.rows("validation"))
        found = self._marking.marked(self.gold.texts.of(rows), [self.gold.documents[row].mentions for row in rows])
        return dict(zip(rows.tolist(), found, strict=True))

    def _unit(self, row: int, pairing: Pairing) -> Unit:
        text, candidates = self._marked[row], pairing.candidates(self.gold.documents[row])
        targets: dict[str, NDArray[Any]] = {
            MARKERS: text.markers,
            ENDS: text.ends,
            PAIRS: pairs_of(self.gold.documents[row], candidates),
            CLASSES: classes_of(candidates, self.gold.relations[row], self.gold.classes).astype(np.int32),
        }
        return Unit(str(self.gold.note_id[row]), text.ids, targets=targets)

    def _weights(self, units: Sequence[Unit]) -> NDArray[np.float64]:
        codes = np.concatenate([np.zeros(0, dtype=np.int32), *(unit.targets[CLASSES] for unit in units)])
        return class_weights(codes, len(self.gold.classes) + 1, self.task.class_weights)


def _shares(units: Sequence[Unit], classes: int) -> NDArray[np.float64]:
    """Share of the candidates that has each class; none is zero."""
    codes = np.concatenate([np.zeros(0, dtype=np.int32), *(unit.targets[CLASSES] for unit in units)])
    counts = np.bincount(codes, minlength=classes) + 1.0
    return np.asarray(counts / counts.sum())
