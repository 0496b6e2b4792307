"""Resampling of patients: how far a score would move with other patients of the same kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.evaluation.tally import Doubles

_CELLS = 2**20
"""Most weights (notes times resamples) worked on at once: about 4 MB, whatever the number of notes."""


@dataclass(frozen=True)
class Resamples:
    """Seeded resamples of patients with replacement; equal arguments give equal draws, so differences are paired.

    Reference: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13; patients and not
    notes are drawn because the notes of one patient resemble each other.

    Parameters
    ----------
    groups : int
        Number of patients.
    resamples : int
        Number of draws; each draws `groups` patients.
    seed : int
        Seed of the draws.
    """

    groups: int
    resamples: int
    seed: int

    def blocks(self, notes: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Yield resample numbers and their weights [resamples of the block, groups], sized to the number of notes."""
        for part in _parts(self.resamples, max(notes, self.groups)):
            yield part, np.stack([self._draw(number) for number in range(part.start, part.stop)])

    def _draw(self, number: int) -> NDArray[np.float32]:
        drawn = generator("bootstrap", self.seed, number).integers(self.groups, size=self.groups)
        return np.bincount(drawn, minlength=self.groups).astype(np.float32)


def blocks(weights: NDArray[np.float32], notes: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Cut given weights [rows, groups] into blocks as `Resamples.blocks` does."""
    for part in _parts(len(weights), max(notes, weights.shape[1])):
        yield part, weights[part]


def _parts(rows: int, width: int) -> Iterator[slice]:
    size = max(1, _CELLS // max(width, 1))
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def interval(values: NDArray[np.floating], confidence: float) -> tuple[float, float]:
    """Percentile interval of bootstrap values; resamples without a value (NaN) are passed over."""
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)


def pools(groups: int, most: int, seed: int) -> NDArray[np.int64]:
    """Number the pool of each patient: a pool of one where there are few, random pools of like size beyond `most`.

    Pools of patients are as independent as patients are, so that their resamples have the same variance; what
    resampling costs no longer grows with the number of patients.
    """
    if groups <= most:
        return np.arange(groups)
    return generator("pools", seed, groups, most).permutation(groups) % most


def jackknife(groups: int, most: int, seed: int) -> NDArray[np.float32]:
    """Weights [pools, groups] that leave out each patient in turn, or each of `most` pools of them."""
    pool = pools(groups, most, seed)
    kept: NDArray[np.bool_] = pool != np.arange(pool.max() + 1)[:, None]
    return kept.astype(np.float32)


def by_patient(values: Doubles | NDArray[np.bool_], groups: NDArray[np.integer], n_groups: int) -> Doubles:
    """Add up the notes of each patient.

    Parameters
    ----------
    values : float64 or bool [n] or [n, k]
        Values of each note.
    groups : int [n]
        Number of each note's patient.
    n_groups : int
        Number of patients.

    Returns
    -------
    float64 [n_groups, k]
    """
    columns = np.asarray(values, dtype=np.float64).reshape(len(groups), -1)
    summed = [np.bincount(groups, weights=column, minlength=n_groups) for column in columns.T]
    return np.stack(summed, axis=1) if summed else np.empty((n_groups, 0))


def resampled_sums(tables: Sequence[Doubles], draws: Resamples) -> list[Doubles]:
    """Sums of each table [patients, k] under every resample: float64 [resamples, k] each, from the same draws."""
    found = [np.empty((draws.resamples, table.shape[1])) for table in tables]
    for chosen, weights in draws.blocks(1):
        exact = weights.astype(np.float64)
        for out, table in zip(found, tables, strict=True):
            out[chosen] = exact @ table
    return found


def ratio(above: Doubles, below: Doubles) -> Doubles:
    """`above / below`; NaN where there is nothing below."""
    out = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
