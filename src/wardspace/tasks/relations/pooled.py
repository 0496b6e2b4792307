"""What a frozen model makes of a candidate: vectors of both arguments, of what lies between them, and how far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.models import Encoder
from wardspace.models.token_vectors import TokenVectors
from wardspace.tasks.probes.logistic import LogisticModel
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.relations.candidates import Candidate, Types
from wardspace.tasks.relations.documents import Document
from wardspace.tasks.relations.fitted import Scores

Matrix = NDArray[np.float32]
PARTS = 4
"""Vectors of a candidate: of the head, of the tail, their product, and of the tokens between the nearest mentions."""
_NUMBERS = 4
"""Numbers beside them: of both arguments' mentions, of the words between the nearest two, whether there are any."""


class Features(NamedTuple):
    """Candidates as a frozen model has them."""

    vectors: Matrix
    """[candidates, PARTS, d]."""
    others: Matrix
    """Counts, distance, and one column for each pair of types, [candidates, k]."""


def features(
    text: TokenVectors, document: Document, candidates: Sequence[Candidate], types: Sequence[Types]
) -> Features:
    """Features of the candidates of one text."""
    first, last = text.offsets[:, 0], text.offsets[:, 1]
    width = text.vectors.shape[1]
    sums = np.concatenate([np.zeros((1, width)), np.cumsum(text.vectors, axis=0, dtype=np.float64)])
    starts = np.array([np.searchsorted(last, one.start, side="right") for one in document.mentions], dtype=np.int64)
    ends = np.array([np.searchsorted(first, one.end, side="left") for one in document.mentions], dtype=np.int64)
    mentions = _means(sums, starts, ends)
    arguments = np.zeros((len(document.arguments), width), dtype=np.float32)
    for place, argument in enumerate(document.arguments):
        if argument.mentions:
            arguments[place] = mentions[list(argument.mentions)].mean(axis=0)
    vectors = np.zeros((len(candidates), PARTS, width), dtype=np.float32)
    others = np.zeros((len(candidates), _NUMBERS + len(types)), dtype=np.float32)
    for place, one in enumerate(candidates):
        near = min(one.pairs, key=lambda pair: (document.words_between(*pair), pair))
        head, tail = arguments[one.head], arguments[one.tail]
        left, right = sorted(near)
        between = _means(sums, ends[[left]], starts[[right]])[0]
        vectors[place] = head, tail, head * tail, between
        words = document.words_between(*near)
        counts = [len(document.arguments[end].mentions) for end in (one.head, one.tail)]
        others[place, :_NUMBERS] = *np.log1p(counts), np.log1p(words), words > 0
        kind = (document.arguments[one.head].type, document.arguments[one.tail].type)
        others[place, _NUMBERS + types.index(kind)] = 1
    return Features(vectors, others)


def _means(sums: NDArray[np.float64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Matrix:
    """Means over stretches of tokens; zero where there are none."""
    sizes = np.maximum(ends - starts, 0)
    found = (sums[np.maximum(ends, starts)] - sums[starts]) / np.maximum(sizes, 1)[:, None]
    return np.asarray(found, dtype=np.float32)


@dataclass(frozen=True)
class Inputs:
    """Brings features to one scale.

    Attributes
    ----------
    scalings : tuple of Scaling
        Of each of the vectors.
    """

    scalings: tuple[Scaling, ...]

    @classmethod
    def of(cls, found: Features) -> Inputs:
        """Fitted to these."""
        return cls(tuple(Scaling.of(found.vectors[:, part]) for part in range(PARTS)))

    def apply(self, found: Features) -> Matrix:
        """Features of mean squared length of about one a vector, [candidates, PARTS d + k]."""
        parts = [one.apply(found.vectors[:, part]) for part, one in enumerate(self.scalings)]
        return np.concatenate([*parts, found.others], axis=1)


@dataclass(frozen=True)
class PooledScorer:
    """Logistic regression on frozen vectors.

    Attributes
    ----------
    encoder : Encoder
        Reads texts, long ones in windows, of which no candidate needs to be in one.
    inputs : Inputs
        Scales features.
    model : LogisticModel
        Scores them.
    types : tuple of (str, str)
        Types of head and tail, in the order of their columns.
    """

    encoder: Encoder
    inputs: Inputs
    model: LogisticModel
    types: tuple[Types, ...]

    def __call__(
        self, texts: Sequence[str], documents: Sequence[Document], candidates: Sequence[Sequence[Candidate]]
    ) -> Iterator[Scores]:
        """Probabilities of the candidates of each text."""
        read = self.encoder.token_vectors(texts)
        for text, document, own in zip(read, documents, candidates, strict=True):
            found = features(text, document, own, self.types)
            yield Scores(self.model.probabilities(self.inputs.apply(found)))

    def weights(self) -> dict[str, torch.Tensor]:
        """Those of the regression in float64, as it learned them, and the scaling."""
        scalings = self.inputs.scalings
        return {
            "weights": torch.tensor(self.model.weights, dtype=torch.float64),
            "intercepts": torch.tensor(self.model.intercepts, dtype=torch.float64),
            "means": torch.tensor(np.stack([one.mean for one in scalings]), dtype=torch.float32),
            "sizes": torch.tensor([one.size for one in scalings], dtype=torch.float64),
        }

    @staticmethod
    def shapes(width: int, classes: int, types: int) -> dict[str, tuple[int, ...]]:
        """Shapes of these weights."""
        size = PARTS * width + _NUMBERS + types
        return {"weights": (size, classes), "intercepts": (classes,), "means": (PARTS, width), "sizes": (PARTS,)}
