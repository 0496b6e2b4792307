"""Confidence of decisions that means what it says: scaled by what came true on validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

FEWEST = 20
"""Decisions on validation from which confidence is scaled; it stays as it came where there are fewer."""
_LEAST = 1e-6
_COLDEST_HOTTEST = (-3.0, 3.0)
"""Logarithms of the temperatures tried."""


class Scaled(NamedTuple):
    """A confidence p becomes the logistic function of `slope` · logit(p) + `shift` (Platt scaling).

    References
    ----------
    Platt 1999, Probabilistic Outputs for Support Vector Machines. Guo et al. 2017, On Calibration of Modern Neural
    Networks.
    """

    slope: float
    shift: float

    def __call__(self, confidence: float) -> float:
        """The scaled confidence."""
        return float(self.each(np.array([confidence]))[0])

    def each(self, confidences: NDArray[np.floating]) -> NDArray[np.float64]:
        """Several scaled confidences."""
        inside = np.clip(confidences.astype(np.float64), _LEAST, 1 - _LEAST)
        return np.asarray(1 / (1 + np.exp(-(self.slope * np.log(inside / (1 - inside)) + self.shift))))


UNSCALED = Scaled(1.0, 0.0)


def scaled_on(confidences: Sequence[float], right: Sequence[bool]) -> Scaled:
    """Fit the scaling to the confidences of decisions and whether each was right."""
    found = [_logit(one) for one in confidences]
    if len(right) < FEWEST:
        return UNSCALED
    if len(set(right)) < 2:  # all right, or none: as sure of it as their number allows
        return Scaled(0.0, _logit((sum(right) + 0.5) / (len(right) + 1)))
    model = LogisticRegression(C=100.0).fit(np.array(found)[:, None], np.array(right))
    slope = float(model.coef_[0, 0])
    # a slope below zero would turn the order round: then the mean is all that can be said
    return Scaled(slope, float(model.intercept_[0])) if slope > 0 else Scaled(0.0, _logit(float(np.mean(right))))


def temperature(codes: NDArray[np.int32], probabilities: NDArray[np.float32]) -> float:
    """The temperature at which probabilities of classes [n, classes] say most truly what is right [n].

    It has the lowest log loss on validation; 1, which leaves all as it is, where there are fewer than `FEWEST` units.

    References
    ----------
    Guo et al. 2017, On Calibration of Modern Neural Networks.
    """
    if len(codes) < FEWEST:
        return 1.0

    def loss(log: float) -> float:
        told = tempered(probabilities, float(np.exp(log)))[np.arange(len(codes)), codes]
        return float(-np.log(np.maximum(told, _LEAST)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=_COLDEST_HOTTEST, method="bounded").x))


def tempered(probabilities: NDArray[np.float32], degrees: float) -> NDArray[np.float32]:
    """Probabilities of classes [n, classes] at a temperature: the likeliest stays so, and is surer below 1."""
    logits = np.log(np.maximum(probabilities, _LEAST).astype(np.float64)) / degrees
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _logit(confidence: float) -> float:
    inside = min(max(confidence, _LEAST), 1 - _LEAST)
    return float(np.log(inside / (1 - inside)))
