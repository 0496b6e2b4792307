"""Steps that were timed, and the pace they tell."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Laps:
    """Steps that were timed.

    Parameters
    ----------
    steps : int
        How many.
    updates : float
        Seconds of these in which weights were updated.
    records : list of (tokens, seconds)
        Of some steps together, one after the other.
    """

    steps: int = 0
    updates: float = 0.0
    records: list[tuple[int, float]] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Tokens read."""
        return sum(tokens for tokens, _ in self.records)

    @property
    def seconds(self) -> float:
        """Seconds taken."""
        return sum(seconds for _, seconds in self.records)

    @property
    def reading(self) -> float:
        """Seconds of a token, without the update of the weights."""
        return (self.seconds - self.updates) / self.tokens

    @property
    def updating(self) -> float:
        """Seconds of an update of the weights."""
        return self.updates / self.steps

    @property
    def error(self) -> float:
        """Standard error of the pace as a share of it, from the differences between the steps; 0 if one was timed.

        References
        ----------
        Cochran 1977, Sampling Techniques, chapter 6 (the variance of a ratio).
        """
        records = np.array(self.records)
        if len(records) < 2:
            return 0.0
        tokens, seconds = records[:, 0], records[:, 1]
        rest = seconds - tokens * seconds.sum() / tokens.sum()
        return math.sqrt(len(records) * float((rest**2).sum()) / (len(records) - 1)) / float(seconds.sum())
