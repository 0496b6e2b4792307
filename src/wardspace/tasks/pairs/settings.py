"""Baselines of pairs, and logistic regression on the frozen vectors of both texts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.config import TextPairsConfig
from wardspace.results import SettingRecord
from wardspace.tasks.confidence import temperature, tempered
from wardspace.tasks.documents.fitted import FittedClassifier
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.pairs.features import BLOCKS, TfidfOfPairs, parts_of, second_vectors
from wardspace.tasks.pairs.kept import ApartHead, PairClassifier
from wardspace.tasks.pairs.labelled import LabelledPairs, Pairs
from wardspace.tasks.probes.logistic import Features, LogisticModel, fit_logistic
from wardspace.tasks.probes.scaling import BlockScaling
from wardspace.tasks.probes.validation import accuracy

Matrix = NDArray[np.float32]
FittedPairs = FittedClassifier[Pairs]


@dataclass(frozen=True)
class PairSetting:
    """What all settings that learn once for each budget have in common.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : TextPairsConfig
        The task.
    models : Models
        Which models it runs with; a baseline names the row of the tables that it fills.
    """

    record: SettingRecord
    task: TextPairsConfig
    models: Models = "encoders"

    def runs(self, gold: LabelledPairs) -> list[tuple[int | None, int]]:
        """One on all training pairs, then one for each budget and subset."""
        few: list[tuple[int | None, int]] = [
            (groups, seed) for groups in gold.budget.sizes(self.task.budgets) for seed in range(self.task.subsets)
        ]
        return [(None, 0), *few]

    def cap(self, gold: LabelledPairs) -> int | None:
        """None: it learns from all training pairs."""
        return None

    def reads(self, gold: LabelledPairs) -> NDArray[np.int64]:
        """No vectors of notes."""
        return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Majority(PairSetting):
    """The commonest class of the training pairs, with their shares as probabilities."""

    def fit(
        self, model: EvaluatedModel, gold: LabelledPairs, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedPairs:
        """Count the classes."""
        codes = gold.codes[gold.learned(run.shots, run.seed)]
        shares = (np.bincount(codes, minlength=len(gold.classes)) / len(codes)).astype(np.float32)
        return FittedClassifier(lambda pairs: np.tile(shares, (len(pairs.rows), 1)))


@dataclass(frozen=True)
class TfidfBaseline(PairSetting):
    """Logistic regression on counted words of both texts."""

    _counted: list[tuple[LabelledPairs, TfidfOfPairs]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    """What is counted of the last pairs, which all budgets share."""

    def fit(
        self, model: EvaluatedModel, gold: LabelledPairs, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedPairs:
        """Fit with strength and weighting chosen on validation."""
        if not self._counted or self._counted[0][0] is not gold:
            self._counted[:] = [(gold, TfidfOfPairs(gold.texts, gold.units("train")))]
        counted = self._counted[0][1]
        fitted = _logistic(counted.of, gold, gold.learned(run.shots, run.seed))
        how = calibrated(lambda pairs: fitted.probabilities(counted.of(pairs)), gold)
        return FittedClassifier(how.probabilities, about={"terms": counted.terms})


@dataclass(frozen=True)
class LogisticPairs(PairSetting):
    """Logistic regression on [u, v, |u - v|, u * v] of the frozen vectors of both texts."""

    _read: dict[str, tuple[LabelledPairs, Matrix]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What the last model makes of the other texts, in the order of the corpus; all budgets share it."""

    def reads(self, gold: LabelledPairs) -> NDArray[np.int64]:
        """The notes of all labelled pairs."""
        return np.union1d(gold.rows("train"), np.union1d(gold.rows("validation"), gold.rows("test")))

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedPairs, folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_pairs`."""
        fitted.save(folder, run)

    def fit(
        self, model: EvaluatedModel, gold: LabelledPairs, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedPairs:
        """Fit with strength and weighting chosen on validation."""
        seconds = self._seconds(model, gold)

        def parts(pairs: Pairs) -> Matrix:
            return parts_of(model.vectors[pairs.rows], seconds[pairs.rows])

        scaling = BlockScaling.of(parts(gold.units("train")), BLOCKS)
        fitted = _logistic(lambda pairs: scaling.apply(parts(pairs)), gold, gold.learned(run.shots, run.seed))
        how = calibrated(lambda pairs: fitted.probabilities(scaling.apply(parts(pairs))), gold)

        def reader() -> PairClassifier:
            head = ApartHead(fitted, scaling)
            return PairClassifier(model.load(), head, gold.classes, how.temperature, gold.scripts)

        return FittedClassifier(how.probabilities, reader=reader)

    def _seconds(self, model: EvaluatedModel, gold: LabelledPairs) -> Matrix:
        known = self._read.get(model.name)
        if known is None or known[0] is not gold:
            rows = self.reads(gold)
            own = second_vectors(model.load().encode, gold.pairs(rows).seconds)
            every = np.zeros((len(gold.note_id), own.shape[1]), dtype=np.float32)
            every[rows] = own
            self._read.clear()
            self._read[model.name] = gold, every
        return self._read[model.name][1]


class Calibrated(NamedTuple):
    """Probabilities that mean what they say."""

    probabilities: Callable[[Pairs], Matrix]
    temperature: float


def calibrated(raw: Callable[[Pairs], Matrix], gold: LabelledPairs) -> Calibrated:
    """Choose the temperature of probabilities on validation."""
    held = gold.rows("validation")
    degrees = temperature(gold.codes[held], raw(gold.pairs(held)))
    return Calibrated(lambda pairs: tempered(raw(pairs), degrees), degrees)


def _logistic(features: Callable[[Pairs], Features], gold: LabelledPairs, rows: NDArray[np.int64]) -> LogisticModel:
    held = gold.rows("validation")
    read = (features(gold.pairs(rows)), gold.codes[rows], features(gold.pairs(held)), gold.codes[held])
    return fit_logistic(*read, len(gold.classes), score=accuracy)
