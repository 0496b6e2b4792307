"""Alignment and uniformity of embeddings on the unit sphere.

Wang and Isola (2020), Understanding contrastive representation learning through alignment and uniformity on the
hypersphere, ICML: with a = 2 for alignment and t = 2 for uniformity.
"""

from __future__ import annotations

import numpy as np

from wardspace.space.estimate import Estimate, ratio
from wardspace.space.neighbours.search import Search, search
from wardspace.space.unit import Codes, Floats, class_sums


def alignment(units: Floats, codes: Codes) -> Estimate:
    """Mean squared distance of positive pairs; lower is better.

    A positive pair is two notes with one label. Every pair counts once, so large classes weigh more.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.

    Returns
    -------
    Estimate
        Between 0 (notes of one label coincide) and 4.

    Raises
    ------
    ValueError
        If no class has two notes.

    Notes
    -----
    Exact without comparing pairs: in a class of m rows, Σ_j ‖x_i − x_j‖² = m ‖x_i‖² + Σ_j ‖x_j‖² − 2 x_i · Σ_j x_j.
    """
    sums, counts = class_sums(units, codes)
    if (counts < 2).all():
        raise ValueError("alignment needs a class with two notes")
    own = np.square(units).sum(axis=1)
    squares = np.bincount(codes, weights=own)
    to_sum = np.einsum("ij,ij->i", units, sums[codes])
    distances = np.maximum(counts[codes] * own + squares[codes] - 2 * to_sum, 0.0)
    return ratio(distances, (counts[codes] - 1).astype(np.float64), order=2)


def uniformity(units: Floats, found: Search | None = None) -> Estimate:
    """Log of the mean of exp(−2 ‖x − y‖²) over all pairs of different rows; lower is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    found : Search, optional
        A search among these rows that was made already.

    Returns
    -------
    Estimate
        Between 0 (all notes coincide) and −8 (all pairs opposite); about −4 for rows spread evenly in many dimensions.

    Raises
    ------
    ValueError
        If there are fewer than two rows.
    """
    n = len(units)
    if n < 2:
        raise ValueError("uniformity needs two notes")
    potentials = (found or search(units)).potentials
    pairs = np.full(len(potentials), float(n - 1))
    average = ratio(potentials, pairs, order=2, population=n)
    return average.through(float(np.log(average.value)), 1 / average.value)
