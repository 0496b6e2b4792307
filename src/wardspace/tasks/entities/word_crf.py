"""A linear-chain conditional random field over the words of a note: what was done before neural networks.

References
----------
Lafferty, J., McCallum, A. and Pereira, F. (2001). Conditional random fields: probabilistic models for segmenting and
labeling sequence data. International Conference on Machine Learning.
Okazaki, N. (2007). CRFsuite: a fast implementation of conditional random fields.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pycrfsuite

from wardspace.objectives.supervised.tags import TagScheme, TagSpan
from wardspace.objectives.supervised.token_classification import strict_f1
from wardspace.tasks.entities.dictionary import Dictionary
from wardspace.tasks.entities.mentions import ScoredMention
from wardspace.tasks.entities.word_features import features
from wardspace.tasks.entities.words import Example, Words

FOLDS = 5
"""Parts of the training notes: each is looked up in a dictionary of the others, as new notes will be."""
_FEWEST = 2
"""Times that a feature must occur to be learned from."""
_MOST_STEPS = 80
"""Steps of L-BFGS: further ones change little."""


class Penalty(NamedTuple):
    """Strengths of the penalties of weights."""

    l1: float
    l2: float


PENALTIES = (Penalty(0.05, 0.01), Penalty(0.2, 0.05))
"""Of which validation chooses."""


@dataclass(frozen=True)
class WordCrf:
    """A tagger of words.

    Attributes
    ----------
    scheme : TagScheme
        Its tags.
    numbers : mapping of str to str
        Number of each feature: the model holds these, and no word of a note.
    model : bytes
        The model as CRFsuite writes it.
    dictionary : Dictionary
        Where words are looked up.
    """

    scheme: TagScheme
    numbers: Mapping[str, str]
    model: bytes
    dictionary: Dictionary

    @classmethod
    def learned(cls, examples: Sequence[Example], types: tuple[str, ...], penalty: Penalty) -> WordCrf:
        """Fit to annotated texts."""
        scheme, seen = TagScheme("BIOES", types), cross_fitted(examples)
        counts = Counter(name for rows in seen for row in rows for name in row)
        kept = (name for name, count in counts.items() if count >= _FEWEST)
        numbers = {name: str(place) for place, name in enumerate(kept)}
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params({"c1": penalty.l1, "c2": penalty.l2, "max_iterations": _MOST_STEPS})
        for example, rows in zip(examples, seen, strict=True):
            tags = scheme.encode(example.spans, len(rows))
            trainer.append(_numbered(rows, numbers), [str(tag) for tag in tags])
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trainer.train(str(path))
            return cls(scheme, numbers, path.read_bytes(), Dictionary.learned(examples))

    def find(self, words: Words) -> list[TagSpan]:
        """Words that name something."""
        return self.scheme.decode(self._tags(words))

    def mentions(self, text: str) -> list[ScoredMention]:
        """Mentions in a text; confidence is the probability of the least sure tag."""
        words = Words.of(text)
        tags = self._tags(words)
        sure = [self._tagger.marginal(str(tag), place) for place, tag in enumerate(tags)]
        return [
            words.mention(span, self.scheme.types, min(sure[span.first : span.last]))
            for span in self.scheme.decode(tags)
        ]

    def _tags(self, words: Words) -> list[int]:
        if not words.texts:
            return []
        known = [span for span, _ in self.dictionary.find(words)]
        self._tagger.set(_numbered(features(words.texts, known), self.numbers))
        return [int(tag) for tag in self._tagger.tag()]

    @cached_property
    def _tagger(self) -> pycrfsuite.Tagger:
        """The model, opened; it reads `model` in place."""
        found = pycrfsuite.Tagger()
        found.open_inmemory(self.model)
        return found


def best_word_crf(examples: Sequence[Example], validation: Sequence[Example], types: tuple[str, ...]) -> WordCrf:
    """The one whose penalty has the highest strict F1 on validation texts, the first of equals."""
    truth = [example.spans for example in validation]

    def score(one: WordCrf) -> float:
        return strict_f1(truth, [one.find(example.words) for example in validation])

    return max((WordCrf.learned(examples, types, penalty) for penalty in PENALTIES), key=score)


def cross_fitted(examples: Sequence[Example]) -> list[list[list[str]]]:
    """Features of the words of each text, looked up in a dictionary of the texts of the other folds."""
    fold = np.arange(len(examples)) % FOLDS
    others = [
        Dictionary.learned([example for example, own in zip(examples, fold, strict=True) if own != number])
        for number in range(FOLDS)
    ]
    return [
        features(example.words.texts, [span for span, _ in others[own].find(example.words)])
        for example, own in zip(examples, fold, strict=True)
    ]


def _numbered(rows: Iterable[Sequence[str]], numbers: Mapping[str, str]) -> list[list[str]]:
    return [[numbers[name] for name in row if name in numbers] for row in rows]
