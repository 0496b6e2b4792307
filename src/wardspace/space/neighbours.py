"""Whether the notes nearest to a note share its label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.space.alignment import BLOCK
from wardspace.space.unit import Codes, Floats

NEIGHBOURS = 10
"""Neighbours looked at."""


def neighbour_purity(
    units: Floats,
    codes: Codes,
    groups: NDArray[np.generic] | None = None,
    neighbours: int = NEIGHBOURS,
    block: int = BLOCK,
) -> float:
    """Mean share of the nearest notes by cosine that have the note's own label; higher is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row.
    groups : array of shape (n,), optional
        Patient of each note. A note's neighbours are then sought among other patients' notes alone: copied-forward
        text would otherwise make a patient's own notes the nearest and hide what is asked.
    neighbours : int
        Neighbours looked at; fewer where there are not so many.
    block : int
        Rows compared at once; the result does not depend on it.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        If no note has a neighbour that counts.
    """
    owners = np.arange(len(units)) if groups is None else np.unique(groups, return_inverse=True)[1]
    shares: list[NDArray[np.float64]] = []
    for start in range(0, len(units), block):
        rows = slice(start, start + block)
        cosines = units[rows] @ units.T
        cosines[owners[rows, None] == owners[None, :]] = -np.inf
        shares.append(_shares(cosines, codes, codes[rows], min(neighbours, len(units) - 1)))
    found = np.concatenate(shares) if shares else np.empty(0)
    if np.isnan(found).all():
        raise ValueError("no note has a neighbour of another patient")
    return float(np.nanmean(found))


def _shares(cosines: Floats, codes: Codes, own: Codes, neighbours: int) -> NDArray[np.float64]:
    """Share of each row's nearest columns with its own code; NaN for a row without any."""
    if neighbours < 1:
        return np.full(len(cosines), np.nan)
    nearest = np.argpartition(-cosines, neighbours - 1, axis=1)[:, :neighbours]
    real = np.isfinite(np.take_along_axis(cosines, nearest, axis=1))
    same = (codes[nearest] == own[:, None]) & real
    counts = real.sum(axis=1)
    shares = np.full(len(cosines), np.nan)
    np.divide(same.sum(axis=1), counts, out=shares, where=counts > 0)
    return shares
