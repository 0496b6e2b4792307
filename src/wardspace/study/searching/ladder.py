"""Successive halving: with how many tokens recipes begin, and which of them go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
