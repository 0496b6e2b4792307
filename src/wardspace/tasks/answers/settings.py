"""The best sentence, a linear layer on frozen vectors, and what all settings of the kind have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wardspace.config import AnswersConfig
from wardspace.corpus.note.sentences import sentences
from wardspace.models import Encoder
from wardspace.results import SettingRecord
from wardspace.tasks.answers.asked import AskedNotes, Passage, Question
from wardspace.tasks.answers.best import best_reader
from wardspace.tasks.answers.fitted import FittedReader
from wardspace.tasks.answers.kept import save_reader
from wardspace.tasks.answers.linear import Examples, examples, fitted_spans
from wardspace.tasks.answers.reading import Found, Windowing, too_long
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel, Texts

STRENGTHS = (0.1, 1.0, 10.0)
"""Inverse penalties tried, for vectors of mean squared length one."""


@dataclass(frozen=True)
class AnswerSetting:
    """What all settings have in common.

    Attributes
    ----------
    record : SettingRecord
        Name and family.
    task : AnswersConfig
        The task.
    models : Models
        Which models it runs with; a baseline names the row of the tables that it fills.
    """

    record: SettingRecord
    task: AnswersConfig
    models: Models = "encoders"

    def cap(self, gold: AskedNotes) -> int | None:
        """None: it learns from all training notes."""
        return None

    def reads(self, gold: AskedNotes) -> NDArray[np.int64]:
        """None: it reads tokens, not notes."""
        return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class BestSentence(AnswerSetting):
    """The sentence of the note that is most like the question; on validation is chosen from where on it is given."""

    def runs(self, gold: AskedNotes) -> list[tuple[int | None, int]]:
        """One: it learns nothing from answers."""
        return [(None, 0)]

    def fit(
        self, model: EvaluatedModel, gold: AskedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedReader:
        """Count the words of the training notes; choose the threshold."""
        about = {"terms": len(gold.texts.vectorizer.get_feature_names_out())}
        return FittedReader.calibrated(SentenceReader(gold.texts), gold.units("validation"), about)


@dataclass(frozen=True)
class SentenceReader:
    """Answers with the sentence of the largest cosine of TF-IDF vectors."""

    texts: Texts

    def __call__(self, passages: Iterable[Passage]) -> Iterator[Found]:
        """The best sentence for each question in turn; of equals the first."""
        for passage in passages:
            bounds = np.array(sentences(passage.text), dtype=np.int64).reshape(-1, 2)
            if not len(bounds) or not passage.questions:
                yield from (Found(-1, -1, -np.inf) for _ in passage.questions)
                continue
            said = self._vectors([passage.text[start:end] for start, end in bounds])
            asked = self._vectors([one.text for one in passage.questions])
            for question, likeness in zip(passage.questions, (asked @ said.T).toarray(), strict=True):
                yield _best_sentence(question, bounds, likeness)

    def _vectors(self, texts: Sequence[str]) -> sparse.csr_matrix:
        return sparse.csr_matrix(self.texts.vectorizer.transform(texts))


def _best_sentence(question: Question, bounds: NDArray[np.int64], likeness: NDArray[np.floating]) -> Found:
    """The sentence that is most like a question, and of those that hold a right answer the one that is."""
    first, last = bounds.T
    held = np.zeros(len(bounds), dtype=bool)
    for start, end in question.answers:
        held |= (first < end) & (start < last)
    place, among = int(likeness.argmax()), np.flatnonzero(held)
    right = _pair(bounds[among[likeness[among].argmax()]]) if len(among) else None
    return Found(*_pair(bounds[place]), float(likeness[place]), right)


def _pair(bounds: NDArray[np.int64]) -> tuple[int, int]:
    return int(bounds[0]), int(bounds[1])


@dataclass(frozen=True)
class LinearReader(AnswerSetting):
    """Linear scores of frozen vectors of question and window; their strength has the best token F1 on validation."""

    _read: dict[str, tuple[AskedNotes, Examples, dict[str, str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Windows of the last model that are learned from, which all budgets share, and what results must say of them."""

    def runs(self, gold: AskedNotes) -> list[tuple[int | None, int]]:
        """One on all training notes, then one for each budget and subset."""
        few: list[tuple[int | None, int]] = [
            (notes, seed) for notes in gold.budget.sizes(self.task.budgets) for seed in range(self.task.subsets)
        ]
        return [(None, 0), *few]

    def fit(
        self, model: EvaluatedModel, gold: AskedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedReader:
        """Fit each strength; all of them read validation at once, and the best is kept."""
        encoder = model.load()
        found, about = self._examples(model.name, encoder, gold)
        own = found.of(gold.budget.learned(run.shots, run.seed))
        heads = [fitted_spans(own, strength) for strength in STRENGTHS]
        return best_reader(encoder, heads, Windowing.of(self.task), gold.units("validation"), about)

    def _examples(self, name: str, encoder: Encoder, gold: AskedNotes) -> tuple[Examples, dict[str, str]]:
        known = self._read.get(name)
        if known is None or known[0] is not gold:
            self._read.clear()
            asked, how = gold.units("train"), Windowing.of(self.task)
            known = gold, examples(encoder, asked, how, self.task.negatives), too_long(encoder, asked, how)
            self._read[name] = known
        return known[1:]

    @property
    def keep(self) -> bool:
        """As the task asks."""
        return self.task.keep

    def save(self, fitted: FittedReader, folder: Path, run: RunKey) -> None:
        """Write the reader; see `load_reader`."""
        save_reader(fitted, folder, run)
