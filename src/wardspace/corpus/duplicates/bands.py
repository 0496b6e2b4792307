"""Which notes to compare: those that agree in a band of their MinHash signatures (Broder 1997; Leskovec et al.)."""

from __future__ import annotations

from typing import NamedTuple

PERMUTATIONS = 128
"""Numbers of a signature."""

_WANTED = 0.995


class Banding(NamedTuple):
    """How a signature is cut into bands."""

    bands: int
    rows: int
    """Numbers in each band."""

    def chance(self, similarity: float) -> float:
        """Chance that two notes of this Jaccard similarity agree in at least one band."""
        return float(1 - (1 - similarity**self.rows) ** self.bands)


def banding(threshold: float) -> Banding:
    """The widest bands that still bring together 99.5% of the pairs that are just as similar as `threshold`.

    More similar pairs are brought together more surely. Wider bands bring fewer other pairs together.

    References
    ----------
    .. [1] Leskovec J, Rajaraman A, Ullman JD. Mining of Massive Datasets, 3rd edition, section 3.4. Cambridge
       University Press, 2020. http://www.mmds.org
    """
    choices = [Banding(PERMUTATIONS // rows, rows) for rows in range(PERMUTATIONS, 0, -1)]
    return next(choice for choice in choices if choice.chance(threshold) >= _WANTED or choice.rows == 1)
