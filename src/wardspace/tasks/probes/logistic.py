"""Logistic regression on fixed features, its strength chosen on validation."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from wardspace.tasks.probes.validation import Score, balances, class_weights, log_loss, macro_f1

Features: TypeAlias = NDArray[np.floating] | sparse.csr_matrix
STRENGTHS = tuple(10.0 ** (half / 2) for half in range(-4, 7))
"""Inverse penalties C tried, from 0.01 to 1000, for features of mean squared length one."""

_MOST_ROWS = 2000
"""Up to here (and where there are more features than notes) the fit is done in the span of the notes."""


@dataclass(frozen=True)
class LogisticModel:
    """A fitted classifier.

    Attributes
    ----------
    weights : float64 [d, classes]
    intercepts : float64 [classes]
    strength : float
        The chosen C.
    balance : float
        The chosen exponent of inverse class frequency.
    """

    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    strength: float
    balance: float

    def probabilities(self, features: Features) -> NDArray[np.float32]:
        """Probability of each class [n, classes]."""
        return _softmax(features @ self.weights + self.intercepts)


def fit_logistic(
    features: Features,
    codes: NDArray[np.int32],
    validation: Features,
    validation_codes: NDArray[np.int32],
    classes: int,
    *,
    score: Score = macro_f1,
) -> LogisticModel:
    """Fit multinomial logistic regression with an L2 penalty.

    Every strength of the penalty, with every weighting of the classes, is fitted, starting from the one before. Of
    each weighting the strength with the lowest log loss on validation, weighted alike, is taken (the stronger penalty
    of equals), and of these the one with the highest score.

    Parameters
    ----------
    features : [n, d]
        Training notes, dense or sparse, of mean squared length one.
    codes : int32 [n]
        Their classes; each of 0 … classes - 1 occurs.
    validation, validation_codes
        The whole validation split.
    score : callable
        What weightings are chosen by: a function of classes and probabilities.

    Returns
    -------
    LogisticModel
    """
    span = _Span.of(features)
    seen = span.reduce(validation)
    chosen: list[tuple[float, LogisticModel]] = []
    for balance in balances(codes, classes):
        weights = class_weights(codes, classes, balance)
        told = [
            (candidate.probabilities(seen), candidate)
            for candidate in candidates(span.reduced, codes, weights, balance)
        ]
        probabilities, best = min(told, key=lambda one: log_loss(validation_codes, one[0], weights))
        chosen.append((score(validation_codes, probabilities), best))
    _, best = max(chosen, key=lambda one: one[0])
    return replace(best, weights=span.expand(best.weights))


def candidates(
    features: Features,
    codes: NDArray[np.int32],
    class_weight: NDArray[np.float64],
    balance: float,
    strengths: Sequence[float] = STRENGTHS,
) -> Iterator[LogisticModel]:
    """One model a strength, the strongest penalty first; the parameters are those of `fit_logistic`."""
    weighting = dict(enumerate(class_weight))
    model = LogisticRegression(class_weight=weighting, warm_start=True, max_iter=500, tol=1e-5)
    for strength in strengths:
        # products of some hundred rows: two threads of BLAS wait for each other longer than they compute
        with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
            # A weak penalty on separable notes has no end in sight; validation judges where it got to.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.set_params(C=strength).fit(features, codes)
        weights, intercepts = model.coef_.T.astype(np.float64), model.intercept_.astype(np.float64)
        if weights.shape[1] == 1:  # of two classes, scikit-learn fits the second against the first
            weights, intercepts = weights * [0.0, 1.0], intercepts * [0.0, 1.0]
        yield LogisticModel(weights, intercepts, strength, balance)


@dataclass(frozen=True)
class _Span:
    """Coordinates of features in the span of the training notes.

    The weights of an L2-penalised linear model lie in that span (the representer theorem; Kimeldorf and Wahba 1971),
    so few notes with many features need few coordinates, and the solution is the same.
    """

    reduced: Features
    notes: Features
    directions: NDArray[np.float64] | None
    """What of each note makes up a direction of the span [notes, kept]; None where features stay as they are."""

    @classmethod
    def of(cls, features: Features) -> _Span:
        notes, size = features.shape
        if notes >= size or notes > _MOST_ROWS:
            return cls(features, features, None)
        values, vectors = np.linalg.eigh(_products(features, features))
        kept = values > values[-1] * 1e-7
        if not kept.any():  # all notes are the same
            return cls(features, features, None)
        roots = np.sqrt(values[kept])
        return cls(vectors[:, kept] * roots, features, vectors[:, kept] / roots)

    # the directions themselves, features x notes, are never written out: of 200,000 terms they would fill gigabytes
    def reduce(self, features: Features) -> Features:
        return features if self.directions is None else _products(features, self.notes) @ self.directions

    def expand(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return weights if self.directions is None else np.asarray(self.notes.T @ (self.directions @ weights))


def _products(one: Features, other: Features) -> NDArray[np.float64]:
    """Inner products of every two notes."""
    products = one @ other.T
    return np.asarray(products if isinstance(products, np.ndarray) else products.toarray(), dtype=np.float64)


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float32]:
    scores = np.asarray(scores, dtype=np.float64)
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
