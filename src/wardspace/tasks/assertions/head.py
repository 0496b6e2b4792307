"""One logistic regression a question, on vectors of mentions and perhaps on what the rules answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.models import Encoder
from wardspace.tasks.assertions.features import PARTS, Vectors, mention_vectors
from wardspace.tasks.assertions.fitted import Mentions, by_rules
from wardspace.tasks.probes.one_vs_rest import OneVsRest
from wardspace.tasks.probes.scaling import Scaling

_SURE = 30.0
"""Log odds of a question that all training mentions answer alike."""


@dataclass(frozen=True)
class Inputs:
    """What the classifiers read of a mention: its scaled vector, and the answers of the rules to some questions."""

    scaling: Scaling
    rules: tuple[str, ...]

    def of(self, vectors: Vectors, texts: Sequence[str], mentions: Mentions) -> Vectors:
        """From vectors of the mentions of some texts [n, 3 d] to inputs [n, 3 d + rules]."""
        scaled = self.scaling.apply(vectors)
        return np.hstack([scaled, by_rules(texts, mentions, self.rules)]) if self.rules else scaled


@dataclass(frozen=True)
class Head:
    """The classifiers of all questions.

    Attributes
    ----------
    inputs : Inputs
        What they read.
    weights : float32 [inputs, questions]
    intercepts : float32 [questions]
    """

    inputs: Inputs
    weights: NDArray[np.float32]
    intercepts: NDArray[np.float32]

    @classmethod
    def of(cls, inputs: Inputs, width: int, fitted: OneVsRest) -> Head:
        """The classifiers as one matrix; `width` is the number of inputs."""
        weights, intercepts = np.zeros((width, len(fitted.models))), np.zeros(len(fitted.models))
        for question, model in enumerate(fitted.models):
            if isinstance(model, float):
                intercepts[question] = _SURE if model > 0 else -_SURE
            else:
                weights[:, question] = model.weights[:, 1] - model.weights[:, 0]
                intercepts[question] = model.intercepts[1] - model.intercepts[0]
        return cls(inputs, weights.astype(np.float32), intercepts.astype(np.float32))

    def probabilities(self, inputs: Vectors) -> NDArray[np.float32]:
        """Probability of each answer [n, questions]."""
        return np.asarray(1 / (1 + np.exp(-(inputs @ self.weights + self.intercepts))), dtype=np.float32)


@dataclass(frozen=True)
class EncodedHead:
    """A head with the encoder whose token vectors it reads: from texts and mentions to probabilities."""

    encoder: Encoder
    head: Head

    def __call__(self, texts: Sequence[str], mentions: Mentions) -> NDArray[np.float32]:
        """Probability of each answer of each mention, float32 [mentions, questions]."""
        empty = np.zeros((0, PARTS * self.encoder.dimension), dtype=np.float32)
        vectors = np.concatenate([empty, *mention_vectors(self.encoder, texts, mentions)])
        return self.head.probabilities(self.head.inputs.of(vectors, texts, mentions))
