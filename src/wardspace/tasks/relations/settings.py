"""The baseline, a regression on frozen token vectors, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.config import RelationsConfig
from wardspace.core.seeds import generator
from wardspace.models import Encoder
from wardspace.objectives.supervised.relation_classification import best_threshold, sampled
from wardspace.results import SettingRecord
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.logistic import LogisticModel, candidates
from wardspace.tasks.probes.validation import class_weights
from wardspace.tasks.relations.candidates import Candidate, Pairing
from wardspace.tasks.relations.cooccurrence import CoOccurrence
from wardspace.tasks.relations.fitted import FittedRelations, classes_of, fitted, scaling
from wardspace.tasks.relations.kept import save_relations
from wardspace.tasks.relations.pooled import Features, Inputs, PooledScorer, features
from wardspace.tasks.relations.predicted import met_by
from wardspace.tasks.relations.related import RelatedNotes

STRENGTHS = (0.1, 1.0, 10.0)
"""Inverse penalties tried, for vectors of mean squared length one."""
_FLOOR = -30.0
"""Score of a type that no training note has."""


@dataclass(frozen=True)
class RelationSetting:
    """What settings that learn once for each budget have in common.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : RelationsConfig
        The task.
    models : Models
        Which models it runs with; a baseline names the row of the tables that it fills.
    """

    record: SettingRecord
    task: RelationsConfig
    models: Models = "encoders"

    def runs(self, gold: RelatedNotes) -> list[tuple[int | None, int]]:
        """One on all training notes, then one for each budget and subset."""
        sizes = gold.budget.sizes(self.task.budgets)
        return [(None, 0), *((notes, seed) for notes in sizes for seed in range(self.task.subsets))]

    def cap(self, gold: RelatedNotes) -> int | None:
        """None: it learns from all training notes."""
        return None

    def reads(self, gold: RelatedNotes) -> NDArray[np.int64]:
        """No vectors of notes: it reads tokens."""
        return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class CoOccurrenceBaseline(RelationSetting):
    """What a sentence mentions together is related."""

    def fit(
        self, model: EvaluatedModel, gold: RelatedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedRelations:
        """Count in the training notes of a run; confidence is scaled on validation."""
        rows, held = gold.learned(run.shots, run.seed), gold.rows("validation")
        met = met_by(model, gold)
        train, asked = gold.asked(rows), met(gold.asked(held))
        find = CoOccurrence.learned(gold.texts.of(rows), train.documents, gold.of(rows), gold.pairing(rows))
        found = find(gold.texts.of(held), asked.documents)
        return FittedRelations(find, gold.classes, scaling(found, gold.of(held)), gold.level, met=met)


@dataclass(frozen=True)
class PooledRegression(RelationSetting):
    """Multinomial logistic regression on frozen token vectors; its strength has the best micro F1 on validation."""

    _read: dict[str, tuple[RelatedNotes, Pairing, dict[int, Features]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Features of the last model, which budgets share where they look at the same pairs."""

    def fit(
        self, model: EvaluatedModel, gold: RelatedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedRelations:
        """Fit with the strength chosen on validation."""
        rows, held = gold.learned(run.shots, run.seed), gold.rows("validation")
        pairing, encoder = gold.pairing(rows), model.load()
        read = self._features(model.name, encoder, gold, pairing)
        learned = [_sampled(gold, row, pairing, self.task.negatives, run.seed) for row in rows.tolist()]
        train = _joined([_at(read[row], places) for row, (places, _) in zip(rows.tolist(), learned, strict=True)])
        codes = np.concatenate([codes for _, codes in learned])
        inputs = Inputs.of(train)
        seen = inputs.apply(_joined([read[row] for row in held.tolist()]))
        truth = np.concatenate([_codes(gold, row, pairing)[1] for row in held.tolist()])
        fit = _fit((inputs.apply(train), codes), (seen, truth), len(gold.classes) + 1, self.task.class_weights)
        scorer = PooledScorer(encoder, inputs, fit, tuple(sorted(pairing.types)))
        return fitted(scorer, pairing, gold, met_by(model, gold))

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedRelations, folder: Path, run: RunKey) -> None:
        """Write the regression; see `load_relations`."""
        save_relations(fitted, folder, run)

    def _features(self, name: str, encoder: Encoder, gold: RelatedNotes, pairing: Pairing) -> dict[int, Features]:
        known = self._read.get(name)
        if known is None or known[0] is not gold or known[1] != pairing:
            rows = np.union1d(gold.rows("train"), gold.rows("validation"))
            self._read.clear()
            types, texts = sorted(pairing.types), encoder.token_vectors(gold.texts.of(rows))
            found = {
                row: features(text, gold.documents[row], pairing.candidates(gold.documents[row]), types)
                for row, text in zip(rows.tolist(), texts, strict=True)
            }
            self._read[name] = gold, pairing, found
        return self._read[name][2]


def _codes(gold: RelatedNotes, row: int, pairing: Pairing) -> tuple[list[Candidate], NDArray[np.int64]]:
    """Candidates of a note and their classes."""
    found = pairing.candidates(gold.documents[row])
    return found, classes_of(found, gold.relations[row], gold.classes)


def _sampled(
    gold: RelatedNotes, row: int, pairing: Pairing, negatives: float | None, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the related candidates of a note and of some others, with their classes."""
    _, codes = _codes(gold, row, pairing)
    if negatives is None:
        return np.arange(len(codes)), codes
    places = sampled(codes, negatives, generator("negatives", seed, str(gold.note_id[row])))
    return places, codes[places]


def _at(found: Features, places: NDArray[np.int64]) -> Features:
    return Features(found.vectors[places], found.others[places])


def _joined(found: Sequence[Features]) -> Features:
    return Features(*(np.concatenate(each) for each in zip(*found, strict=True)))


Coded = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scaled features of candidates and their classes."""


def _fit(train: Coded, held: Coded, classes: int, balance: float) -> LogisticModel:
    features, codes = train
    known, found = np.unique(codes, return_inverse=True)
    if len(known) < 2:
        return _constant(features.shape[1], int(known[0]) if len(known) else 0, classes)
    numbers = np.asarray(found, dtype=np.int32)
    weights = class_weights(numbers, len(known), balance)
    fits = [_over_all(one, known, classes) for one in candidates(features, numbers, weights, balance, STRENGTHS)]
    return max(fits, key=lambda one: best_threshold(held[1], one.probabilities(held[0])).f1)


def _over_all(model: LogisticModel, known: NDArray[np.int64], classes: int) -> LogisticModel:
    """The model with scores for types that the training notes lack."""
    weights, intercepts = np.zeros((len(model.weights), classes)), np.full(classes, _FLOOR)
    weights[:, known], intercepts[known] = model.weights, model.intercepts
    return LogisticModel(weights, intercepts, model.strength, model.balance)


def _constant(width: int, code: int, classes: int) -> LogisticModel:
    """What is learned where there is one class alone."""
    return LogisticModel(np.zeros((width, classes)), np.where(np.arange(classes) == code, 0.0, _FLOOR), 1.0, 0.0)
