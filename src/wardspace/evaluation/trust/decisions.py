"""What a run decided and how sure it was: what calibration and abstention work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Floats = Doubles | NDArray[np.float32]
Integers = NDArray[np.integer]


class Answers(NamedTuple):
    """How sure a run was of each decision, and whether it was right."""

    confidence: Doubles
    """Probability of what was decided, [n]."""
    right: NDArray[np.bool_]
    """Whether it was right, [n]."""


class Decisions(NamedTuple):
    """Decisions of one run, each for one of some classes of which exactly one is right.

    Runs of a task may differ in what there was to decide: of the mentions that a run predicts, whether each is right.
    """

    probabilities: NDArray[np.float32]
    """Probability of each class, [n, classes]."""
    truth: Integers
    """Number of the right class, [n]."""
    decided: Integers
    """Number of the class that was decided for, [n]."""
    groups: NDArray[np.int64]
    """Number of the patient, [n]."""

    @classmethod
    def likeliest(cls, probabilities: NDArray[np.float32], truth: Integers, groups: NDArray[np.int64]) -> Decisions:
        """Decisions for the likeliest class."""
        return cls(probabilities, truth, probabilities.argmax(axis=1), groups)

    @classmethod
    def of_events(
        cls, probability: Floats, happened: NDArray[np.bool_], decided: NDArray[np.bool_], groups: NDArray[np.int64]
    ) -> Decisions:
        """Decisions of yes or no: the probability of yes, what was right, and what was decided."""
        yes = probability.astype(np.float32)
        both = np.stack([1 - yes, yes], axis=1)
        return cls(both, happened.astype(np.int64), decided.astype(np.int64), groups)

    @property
    def answers(self) -> Answers:
        """How sure it was, and whether it was right."""
        return answers(self.probabilities, self.truth, self.decided)


def answers(probabilities: Floats, truth: Integers, decided: Integers) -> Answers:
    """Confidence in what was decided, and whether that was right."""
    confidence = probabilities[np.arange(len(truth)), decided].astype(np.float64)
    return Answers(confidence, decided == truth)


def size_of(runs: Sequence[Decisions]) -> int:
    """Decisions of a run, the mean over some of them."""
    return round(float(np.mean([len(run.truth) for run in runs])))
