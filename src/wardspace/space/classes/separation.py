"""How much of the spread of a space its classes explain, and whether that could be chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.space.estimate import Estimate
from wardspace.space.unit import Codes, Floats, class_sums

_CELLS = 2**22
"""Most memberships of notes in classes held at once."""
_MANY = 50
"""Classes above which sums are taken note by note."""


def variance_explained(units: Floats, codes: Codes) -> Estimate:
    """Share of the variance of the vectors that lies between classes (R²); higher is better.

    The share of squared distances that classes explain in PERMANOVA: Anderson (2001), Austral Ecol. 26. Exact by sums.
    With k classes of n notes that have nothing to do with the vectors it is about (k − 1) / (n − 1).

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.
    """
    sums, counts = class_sums(units, codes)
    centre, middles = sums.sum(axis=0) / len(units), sums / counts[:, None]
    own = np.square(units).sum(axis=1)
    within = _distances(own, np.einsum("ij,ij->i", units, middles[codes]), np.square(middles).sum(axis=1)[codes])
    around = _distances(own, units @ centre, np.square(centre).sum())
    total = float(around.mean())
    if total <= 1e-15:
        return Estimate(0.0)
    left = float(within.mean()) / total
    # the means minimise their sums of squares: to first order their moving changes nothing
    return Estimate(1 - left, (left * around - within) / total / len(units))


def _distances(own: Floats, product: Floats, square: Floats | float) -> Floats:
    return np.maximum(own - 2 * product + square, 0.0)


def permutation_test(
    units: NDArray[np.floating],
    codes: Codes,
    groups: NDArray[np.generic] | None = None,
    *,
    permutations: int,
    seed: int = 1,
) -> float:
    """How often labels dealt out anew explain as much of the variance as the true ones do.

    Parameters
    ----------
    units : array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.
    groups : array of shape (n,), optional
        Patient of each note. Labels then change hands between patients with equally many notes, all of a patient's
        labels together, and are mixed among a patient's own notes: notes of one patient resemble each other, and
        labels dealt out to single notes would find nearly every column separable.
    permutations : int
        Number B of random deals.
    seed : int
        Seed of the deals.

    Returns
    -------
    float
        p = (1 + deals that reach the true value) / (1 + B) (Phipson and Smyth 2010). PERMANOVA's pseudo-F rises with
        the share that is explained, so both give the same p.
    """
    owners = np.arange(len(codes)) if groups is None else np.unique(groups, return_inverse=True)[1]
    deals = _Deals(codes, owners)
    k = int(codes.max()) + 1
    # what all notes have in common would only cost digits
    centred = units - units.mean(axis=0)
    true = _between(centred, codes[None, :], k)[0]
    reached, block = 0, max(1, _CELLS // (k * len(codes)))
    for start in range(0, permutations, block):
        numbers = range(start, min(start + block, permutations))
        dealt = np.stack([deals.deal(generator("permutation", seed, number)) for number in numbers])
        # equal deals must count as reaching it, whatever the order of their sums
        reached += int((_between(centred, dealt, k) >= true * (1 - 1e-6)).sum())
    return (1 + reached) / (1 + permutations)


class _Deals:
    """Deals of the labels of patients to patients with equally many notes."""

    def __init__(self, codes: Codes, owners: NDArray[np.int64]) -> None:
        self.codes = codes
        notes = np.bincount(owners)
        self.order = np.argsort(owners, kind="stable")
        starts = np.cumsum(notes) - notes
        # rows of patients with m notes as [patients, m]
        self.blocks = [self.order[starts[notes == m][:, None] + np.arange(m)] for m in np.unique(notes[notes > 0])]

    def deal(self, draw: np.random.Generator) -> Codes:
        dealt = self.codes.copy()
        for rows in self.blocks:
            given = self.codes[rows][draw.permutation(len(rows))]
            dealt[rows] = draw.permuted(given, axis=1)
        return dealt


def _between(units: NDArray[np.floating], dealt: Codes, k: int) -> Floats:
    """Σ n_c ‖mean of class c‖² of each deal: all of the pseudo-F that labels change."""
    if k > _MANY:
        return np.array([_between_many(units, codes) for codes in dealt])
    member = (dealt[:, None, :] == np.arange(k)[:, None]).astype(units.dtype)
    counts = np.maximum(member.sum(axis=2), 1)
    sums = (member.reshape(-1, len(units)) @ units).reshape(len(dealt), k, -1)
    return np.asarray((np.square(sums).sum(axis=2) / counts).sum(axis=1), dtype=np.float64)


def _between_many(units: NDArray[np.floating], codes: Codes) -> float:
    """The same for one deal, at a cost that does not grow with the number of classes."""
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes)
    sums = np.add.reduceat(units[order], np.cumsum(counts) - counts, axis=0)
    return float((np.square(sums).sum(axis=1) / counts).sum())
