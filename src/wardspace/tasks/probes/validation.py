"""What is chosen on the validation split, and by what: macro F1, log loss, how much rare classes weigh in losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Truth: TypeAlias = NDArray[np.int32] | NDArray[np.bool_]
"""What is right: the class of each note [n], or flags [n, labels] where notes may have several."""

Score = Callable[[NDArray[np.int32], NDArray[np.float32]], float]
"""How good probabilities [n, classes] are, given the right classes [n]."""
_LEAST = 1.2e-7
"""What a probability of zero is taken for, because of single precision."""
BALANCES = (0.0, 0.5, 1.0)
"""Exponents of inverse class frequency tried: all notes alike, square root, all classes alike."""


def macro_f1(codes: NDArray[np.int32], probabilities: NDArray[np.float32]) -> float:
    """Macro F1 over all classes of the task, 0 for one without notes and predictions.

    Every choice on validation uses it, and some are made thousands of times: hence not scikit-learn's.
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    hits = np.bincount(codes[codes == predicted], minlength=classes)
    found = np.bincount(codes, minlength=classes) + np.bincount(predicted, minlength=classes)
    return float((2 * hits / np.maximum(found, 1)).mean())


def accuracy(codes: NDArray[np.int32], probabilities: NDArray[np.float32]) -> float:
    """Share of notes whose class is the likeliest; 0 of no notes."""
    return float((probabilities.argmax(axis=1) == codes).mean()) if len(codes) else 0.0


def log_loss(codes: NDArray[np.int32], probabilities: NDArray[np.float32], weights: NDArray[np.float64]) -> float:
    """Mean negative log probability of the true class, each note with the weight [classes] of its class; 0 of no notes.

    It says of every note how near it came, where macro F1 only counts those on the right side: among few notes the
    highest F1 of many candidates is mostly luck.
    """
    told = np.maximum(probabilities[np.arange(len(codes)), codes], _LEAST)
    say = weights[codes]
    return float(-(say * np.log(told)).sum() / say.sum()) if len(codes) else 0.0


def class_weights(codes: NDArray[np.int32], classes: int, balance: float) -> NDArray[np.float64]:
    """Weight of each class in the loss: its inverse frequency, raised to `balance`.

    Neither end is right for macro F1 everywhere: full balance costs large, overlapping classes more than it brings
    the rare ones, none lets rare classes vanish. So the exponent is chosen on validation.

    Returns
    -------
    float64 [classes]
        With a mean of one over the notes.
    """
    counts = np.maximum(np.bincount(codes, minlength=classes), 1)
    weights = (len(codes) / counts) ** balance
    return np.asarray(weights / (weights * counts).sum() * len(codes))


def balances(codes: NDArray[np.int32], classes: int) -> tuple[float, ...]:
    """Exponents worth trying: one where all classes have equally many notes, for then they all come to the same."""
    counts = np.bincount(codes, minlength=classes)
    return BALANCES if counts.min() != counts.max() else BALANCES[:1]
