"""Successive halving: with how many tokens recipes begin, and which of them go on."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardspace.study.search.records import Trial


@dataclass(frozen=True)
class Ladder:
    """The rungs of a search (Jamieson and Talwalkar 2016).

    A rung begins when the one below is done, so that who goes on does not depend on who was quick.

    Parameters
    ----------
    tokens : int
        Budget of the highest rung.
    rungs : int
        How many there are.
    eta : int
        One recipe in so many goes on, with so many times the tokens.
    """

    tokens: int
    rungs: int
    eta: int

    @property
    def top(self) -> int:
        """The highest rung."""
        return self.rungs - 1

    def budget(self, rung: int) -> int:
        """Tokens that a recipe is trained on."""
        return max(1, int(self.tokens // self.eta ** (self.top - rung)))

    def width(self, below: int) -> int:
        """How many of the recipes of a rung go on."""
        return max(1, below // self.eta)

    def promoted(self, scores: Mapping[int, float | None]) -> list[int]:
        """Numbers of the recipes that go on, best first; of equals the first drawn. One without a score never does."""
        found = {number: score for number, score in scores.items() if score is not None}
        return sorted(found, key=lambda number: (-found[number], number))[: self.width(len(scores))]


def waves(trials: int) -> list[range]:
    """Trials that are drawn together: half of them, then a quarter, then the rest.

    What is drawn may depend on the waves before and on nothing else, so it is the same however many run at once.
    """
    first = -(-trials // 2)
    second = first + -(-(trials - first) // 2)
    return [wave for wave in (range(first), range(first, second), range(second, trials)) if wave]


HOUR = 3600.0


class Clock:
    """Seconds that a search has taken, those of earlier sessions (until their last trial was done) included.

    Parameters
    ----------
    before : float
        Seconds of earlier sessions.
    """

    def __init__(self, before: float) -> None:
        self.began = time.time() - before

    @property
    def used(self) -> float:
        """Seconds so far."""
        return time.time() - self.began


class Pace:
    """What trials to come will take, by those that are done.

    Parameters
    ----------
    ladder : Ladder
        The rungs.
    parallel : int
        Trials at once.
    hours : float or None
        No training is begun after these.
    """

    def __init__(self, ladder: Ladder, parallel: int, hours: float | None) -> None:
        self.ladder, self.parallel = ladder, parallel
        self.limit = None if hours is None else hours * HOUR

    def allows(self, used: float, rung: int, begun: int, done: Sequence[Trial]) -> bool:
        """Whether a trial may begin now.

        One of the lowest rung also needs the time to take the best, itself among those to choose from, to the top:
        else all of it would go into recipes of which none is ever trained in full.

        Parameters
        ----------
        used : float
            Seconds of the search.
        rung : int
            Rung of the trial.
        begun : int
            Trials of this rung begun before it.
        done : sequence of Trial
            All trainings scored so far.
        """
        if self.limit is None:
            return True
        if rung > 0 or not done:
            return used < self.limit
        return used + self._seconds(0, done) + self.climb(0, begun + 1, done) <= self.limit

    def left(self, rung: int, left: int, width: int, done: Sequence[Trial]) -> float | None:
        """Seconds still needed, with `left` trials of `width` to do on this rung; None where nothing is known yet."""
        if not done:
            return None
        return self._turns(left) * self._seconds(rung, done) + self.climb(rung, width, done)

    def climb(self, rung: int, width: int, done: Sequence[Trial]) -> float:
        """Seconds of the rungs above one of `width` trials."""
        total = 0.0
        for higher in range(rung + 1, self.ladder.rungs):
            width = self.ladder.width(width)
            total += self._turns(width) * self._seconds(higher, done)
        return total

    def _seconds(self, rung: int, done: Sequence[Trial]) -> float:
        training = sum(trial.training_seconds for trial in done) / max(1, sum(trial.budget for trial in done))
        other = sum(trial.other_seconds for trial in done) / len(done)
        return training * self.ladder.budget(rung) + other

    def _turns(self, trials: int) -> int:
        return -(-trials // self.parallel)
