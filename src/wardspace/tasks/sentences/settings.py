"""Baselines of sentences, and classifiers on their frozen vectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wardspace.config import SentencesConfig
from wardspace.results import SettingRecord
from wardspace.tasks.confidence import UNSCALED
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.logistic import Features
from wardspace.tasks.probes.one_vs_rest import fit_one_vs_rest
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.probes.thresholds import DEFAULT
from wardspace.tasks.sentences.fitted import FittedSentences
from wardspace.tasks.sentences.kept import Deciding, SentenceHead
from wardspace.tasks.sentences.labelled import Asked, LabelledSentences
from wardspace.tasks.sentences.vectors import SentenceVectors
from wardspace.tasks.tfidf import fitted_to


@dataclass(frozen=True)
class SentenceSetting:
    """What all settings that learn once for each budget have in common.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : SentencesConfig
        The task.
    models : Models
        Which models it runs with; a baseline names the row of the tables that it fills.
    """

    record: SettingRecord
    task: SentencesConfig
    models: Models = "encoders"

    def runs(self, gold: LabelledSentences) -> list[tuple[int | None, int]]:
        """One on all training notes, then one for each budget and subset."""
        sizes = gold.budget.sizes(self.task.budgets)
        return [(None, 0), *((notes, seed) for notes in sizes for seed in range(self.task.subsets))]

    def cap(self, gold: LabelledSentences) -> int | None:
        """None: it learns from all training notes."""
        return None

    def reads(self, gold: LabelledSentences) -> NDArray[np.int64]:
        """None: it reads tokens, not notes."""
        return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Majority(SentenceSetting):
    """Every sentence has the labels that most training sentences have, which is mostly none."""

    def fit(
        self, model: EvaluatedModel, gold: LabelledSentences, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedSentences:
        """Count the labels of the training notes of a run."""
        shares = gold.labels(gold.budget.learned(run.shots, run.seed)).mean(axis=0)
        count = len(gold.classes)

        def score(asked: Asked) -> NDArray[np.float32]:
            return np.tile(shares.astype(np.float32), (sum(map(len, asked.sentences)), 1))

        return FittedSentences(score, Deciding(gold.classes, (UNSCALED,) * count, DEFAULT))


@dataclass(frozen=True)
class TfidfBaseline(SentenceSetting):
    """One logistic regression a label on TF-IDF of the sentence.

    Words are counted in the sentences of all training notes, whatever the budget: they need no labels.
    """

    _counted: list[tuple[LabelledSentences, Callable[[Asked], sparse.csr_matrix]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    """Of the last gold, for all budgets."""

    def fit(
        self, model: EvaluatedModel, gold: LabelledSentences, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedSentences:
        """Fit with strength, weighting and threshold chosen on validation."""
        features = self._features(gold)
        score, terms = _one_vs_rest(features, gold, run)
        return FittedSentences.calibrated(score, gold, {"terms": terms})

    def _features(self, gold: LabelledSentences) -> Callable[[Asked], sparse.csr_matrix]:
        if not self._counted or self._counted[0][0] is not gold:
            learned = gold.units("train")
            vectorizer = fitted_to(learned.words, gold.texts.terms, "sentences", gold.texts.corpus.folder)
            self._counted[:] = [(gold, lambda asked: sparse.csr_matrix(vectorizer.transform(asked.words())))]
        return self._counted[0][1]


def _one_vs_rest(
    features: Callable[[Asked], Features], gold: LabelledSentences, run: RunKey
) -> tuple[Callable[[Asked], NDArray[np.float32]], int]:
    """Classifiers of every label fitted to the training notes of a run, and how many features they read."""
    learned, held = gold.budget.learned(run.shots, run.seed), gold.rows("validation")
    train, validation = features(gold.asked(learned)), features(gold.asked(held))
    fitted = fit_one_vs_rest(train, gold.labels(learned), validation, gold.labels(held))
    return lambda asked: fitted.probabilities(features(asked)), train.shape[1]


@dataclass(frozen=True)
class LogisticProbe(SentenceSetting):
    """One logistic regression a label on frozen vectors of sentences.

    Attributes
    ----------
    vectors : SentenceVectors
        Keeps what a model makes of the sentences, for all settings and budgets.
    """

    vectors: SentenceVectors = field(kw_only=True)

    def fit(
        self, model: EvaluatedModel, gold: LabelledSentences, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedSentences:
        """Fit with strength, weighting and threshold chosen on validation."""
        read = partial(self.vectors.of, model, model.load())
        scaling = Scaling.of(read(gold.asked(gold.budget.learned(run.shots, run.seed))))
        score, _ = _one_vs_rest(lambda asked: scaling.apply(read(asked)), gold, run)
        return FittedSentences.calibrated(score, gold)


@dataclass(frozen=True)
class HeadProbe(SentenceSetting):
    """The two-layer head on frozen vectors of sentences."""

    vectors: SentenceVectors = field(kw_only=True)

    def fit(
        self, model: EvaluatedModel, gold: LabelledSentences, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedSentences:
        """Train to the best macro F1 on validation."""
        encoder = model.load()
        read = partial(self.vectors.of, model, encoder)
        learned, held = gold.budget.learned(run.shots, run.seed), gold.rows("validation")
        head, _ = fit_head(
            read(gold.asked(learned)), gold.labels(learned), read(gold.asked(held)), gold.labels(held),
            len(gold.classes), seed=run.seed,
        )  # fmt: skip

        def score(asked: Asked) -> NDArray[np.float32]:
            return head_probabilities(head, read(asked))

        return FittedSentences.calibrated(score, gold, head=SentenceHead(encoder, head))

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedSentences, folder: Path, run: RunKey) -> None:
        """Write the classifier; see `load_sentences`."""
        fitted.save(folder, run)
