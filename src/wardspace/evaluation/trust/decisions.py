"""What a run decided and how sure it was: the view of a tally that calibration and abstention work on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.tally import Doubles, Floats, Tally

Integers = NDArray[np.integer]


class Answers(NamedTuple):
    """How sure a run was of each decision, and whether it was right."""

    confidence: Doubles
    """Probability of the likeliest class, [n]."""
    right: NDArray[np.bool_]
    """Whether it was right, [n]."""


class Decisions(NamedTuple):
    """Decisions of one run among classes of which exactly one is right."""

    probabilities: NDArray[np.float32]
    """Probability of each class, [n, classes]."""
    truth: Integers
    """Number of the right class, [n]."""
    groups: NDArray[np.int64]
    """Number of the patient, [n]."""

    @classmethod
    def of(cls, tally: Tally) -> Decisions:
        """One decision a unit; where units may have several labels, one a unit and label: whether it has it.

        Raises
        ------
        ValueError
            If the tally has no probabilities.
        """
        if tally.probabilities is None or tally.truth is None:
            raise ValueError("there are no probabilities")
        if tally.truth.ndim == 1:
            return cls(tally.probabilities, tally.truth, tally.groups)
        has = tally.probabilities.ravel()
        flags = tally.truth.ravel().astype(np.int64)
        return cls(np.stack([1 - has, has], axis=1), flags, np.repeat(tally.groups, tally.truth.shape[1]))

    @property
    def answers(self) -> Answers:
        """The likeliest class of each."""
        return answers(self.probabilities, self.truth)


def answers(probabilities: Floats, truth: Integers) -> Answers:
    """Confidence in the likeliest class, and whether that was right."""
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(truth)), predicted].astype(np.float64)
    return Answers(confidence, predicted == truth)
