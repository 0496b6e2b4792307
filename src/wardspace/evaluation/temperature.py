"""Temperature scaling: one number, fitted on validation, that makes all probabilities softer or sharper.

Reference: Guo et al., On Calibration of Modern Neural Networks (2017). The class with the highest probability stays
the same, so no score that goes by predictions changes.
"""

from __future__ import annotations

import numpy as np

from wardspace.evaluation.metrics import Doubles, Floats, Integers

SMALLEST = float(np.finfo(np.float32).eps)
"""Probabilities are taken for at least this: they are stored in single precision, where a sure class rounds to one."""
BOUNDS = (0.05, 20.0)
"""Temperatures looked at; the end is taken where the optimum lies beyond, as when validation has no error."""

_STEPS = 60
_FLAT = 1e-12
"""A slope that stands for none: all temperatures are as good where every class is as likely as any other."""


def log_probabilities(probabilities: Floats) -> Doubles:
    """Logarithms of probabilities, none below `SMALLEST`; [n, classes]."""
    clipped = np.maximum(probabilities.astype(np.float64), SMALLEST)
    return np.asarray(np.log(clipped / clipped.sum(axis=1, keepdims=True)))


def scaled(logs: Doubles, temperature: float) -> Doubles:
    """Logarithms of the probabilities at a temperature: above 1 softer, below 1 sharper."""
    found = logs / temperature
    found = found - found.max(axis=1, keepdims=True)
    return np.asarray(found - np.log(np.exp(found).sum(axis=1, keepdims=True)))


def fitted_temperature(logs: Doubles, truth: Integers) -> float:
    """The temperature of least log loss.

    The loss is convex in the inverse of the temperature, so its slope is brought to zero by halving.

    Parameters
    ----------
    logs : float64 [n, classes]
        Logarithms of probabilities.
    truth : int [n]
        Class of each note.

    Returns
    -------
    float
        Within `BOUNDS`.
    """
    if abs(_slope(logs, truth, 1.0)) < _FLAT:
        return 1.0
    low, high = (float(np.log(1 / bound)) for bound in reversed(BOUNDS))
    for end, beyond in ((low, 1), (high, -1)):
        if beyond * _slope(logs, truth, float(np.exp(end))) >= 0:
            return float(np.exp(-end))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if _slope(logs, truth, float(np.exp(middle))) > 0 else (middle, high)
    return float(np.exp(-(low + high) / 2))


def _slope(logs: Doubles, truth: Integers, inverse: float) -> float:
    """Slope of the log loss in the inverse temperature: what the model expects of its logs, less what came true."""
    expected = (np.exp(scaled(logs, 1 / inverse)) * logs).sum(axis=1)
    return float((expected - logs[np.arange(len(truth)), truth]).mean())
