"""Whether the notes nearest to a note share its label, and whether a few notes are everyone's neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.space.estimate import Estimate, mean
from wardspace.space.neighbours.search import NEIGHBOURS, Search, search
from wardspace.space.unit import Codes, Floats

_FOLDS = 20
"""Parts of the queries that are left out in turn for the error of hubness."""


def neighbour_purity(
    units: Floats, codes: Codes, groups: NDArray[np.generic] | None = None, neighbours: int = NEIGHBOURS
) -> Estimate:
    """Mean share of the nearest notes by cosine that have the note's own label; higher is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row.
    groups : array of shape (n,), optional
        Patient of each note, see `search`.
    neighbours : int
        Neighbours looked at; fewer where there are not so many.

    Returns
    -------
    Estimate
        Between 0 and 1.

    Raises
    ------
    ValueError
        If no note has a neighbour that counts.
    """
    found = search(units, {"": codes}, groups=groups, neighbours=neighbours)
    shares = found.retrieved[""].precision
    if np.isnan(shares).all():
        raise ValueError("no note has a neighbour of another patient")
    return mean(shares)


def hubness(found: Search) -> Estimate:
    """Skewness of N_k, how often each note is among the k nearest of others; lower is better.

    Radovanović, Nanopoulos and Ivanović (2010), Hubs in space, JMLR 11. 0: all notes are sought equally often; above
    about 1, a few hubs are everyone's neighbours.

    Returns
    -------
    Estimate
        Where only some notes were asked for, their lists are a thinned view of all: the factorial moments of N_k
        shrink by known factors, from which the skewness is estimated; its error is by leaving out twentieths of the
        queries. Its effects hold the lists as they are.
    """
    q, n = len(found.queries), found.notes
    if q == n:
        counts = _occurrences(found.nearest, n).astype(np.float64)
        value = _skewness([float((counts**r).mean()) for r in (1, 2, 3)])
        return Estimate(value, _skewness_effects(counts, value))
    folds = np.arange(q) % _FOLDS
    parts = [_occurrences(found.nearest[folds == fold], n) for fold in range(_FOLDS)]
    every = np.sum(parts, axis=0)
    left = [_thinned(every - part, q - int((folds == fold).sum()), n) for fold, part in enumerate(parts)]
    spread = np.square(np.array(left) - np.mean(left)).sum() * (_FOLDS - 1) / _FOLDS
    return Estimate(_thinned(every, q, n), None, float(np.sqrt((1 - q / n) * spread)))


def antihubs(found: Search) -> Estimate:
    """Share of notes that are among the k nearest of no other note; lower is better.

    Raises
    ------
    ValueError
        If not all notes were asked for: antihubs cannot be estimated from a sample.
    """
    if len(found.queries) < found.notes:
        raise ValueError("antihubs need a search for every note")
    return mean((_occurrences(found.nearest, found.notes) == 0).astype(np.float64))


def _occurrences(nearest: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    return np.bincount(nearest[nearest >= 0], minlength=n)


def _thinned(counts: NDArray[np.int64], q: int, n: int) -> float:
    """Skewness of the counts that all n queries would give, from those of q drawn without replacement."""
    falling, kept, moments = np.ones(n), 1.0, []
    for r in range(3):
        falling = falling * (counts - r)
        kept *= (q - r) / (n - r)
        moments.append(float(falling.mean()) / kept)
    first, second, third = moments
    return _skewness([first, second + first, third + 3 * second + first])


def _skewness(raw: list[float]) -> float:
    """Skewness by the first three raw moments; 0 where nothing varies."""
    first, second, third = raw
    variance = second - first**2
    if variance <= 1e-12 * max(second, 1.0):
        return 0.0
    return float((third - 3 * first * second + 2 * first**3) / variance**1.5)


def _skewness_effects(counts: Floats, value: float) -> Floats:
    spread = counts.std()
    if spread == 0:
        return np.zeros(len(counts))
    z = (counts - counts.mean()) / spread
    return np.asarray((z**3 - value - 3 * z - 1.5 * value * (z**2 - 1)) / len(counts))
