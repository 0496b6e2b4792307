"""What language models are compared with: mentions looked up in a dictionary, and a tagger of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardspace.tasks.entities.annotated import AnnotatedNotes
from wardspace.tasks.entities.dictionary import Dictionary
from wardspace.tasks.entities.fitted import FittedTagger, Predictor
from wardspace.tasks.entities.settings import EntitySetting, coded
from wardspace.tasks.entities.word_crf import best_word_crf
from wardspace.tasks.entities.words import Example
from wardspace.tasks.kind import RunKey
from wardspace.tasks.notes import EvaluatedModel

Examples = Sequence[Example]
Learn = Callable[[Examples, Examples, tuple[str, ...]], Predictor]
"""From examples to learn from, examples to choose by and the types to what finds mentions."""


@dataclass(frozen=True)
class WordBaseline(EntitySetting):
    """A setting that reads words and uses no language model.

    Attributes
    ----------
    learn : callable
        What it learns, and what it chooses on validation.
    """

    learn: Learn = field(kw_only=True)

    def fit(
        self, model: EvaluatedModel, gold: AnnotatedNotes, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> FittedTagger:
        """Learn from the training notes of a run; confidence is scaled on validation."""
        held = gold.rows("validation")
        train = _examples(gold, gold.learned(run.shots, run.seed))
        find = self.learn(train, _examples(gold, held), gold.classes)
        return FittedTagger.calibrated(find, gold.classes, gold.texts.of(held), gold.of(held))


def look_up(train: Examples, validation: Examples, types: tuple[str, ...]) -> Predictor:
    """Mentions of the training notes, looked up."""
    dictionary = Dictionary.learned(train).chosen(validation)
    return lambda texts: (dictionary.mentions(text, types) for text in texts)


def tag_words(train: Examples, validation: Examples, types: tuple[str, ...]) -> Predictor:
    """A conditional random field over words."""
    tagger = best_word_crf(train, validation, types)
    return lambda texts: (tagger.mentions(text) for text in texts)


def _examples(gold: AnnotatedNotes, rows: NDArray[np.int64]) -> list[Example]:
    return [
        Example.of(text, coded(mentions, gold.classes))
        for text, mentions in zip(gold.texts.of(rows), gold.of(rows), strict=True)
    ]
