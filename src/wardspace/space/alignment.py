"""Alignment and uniformity of embeddings on the unit sphere.

Wang and Isola (2020), Understanding contrastive representation learning through alignment and uniformity on the
hypersphere, ICML: with a = 2 for alignment and t = 2 for uniformity.
"""

from __future__ import annotations

import numpy as np

from wardspace.space.unit import Codes, Floats, class_sums

BLOCK = 512
"""Rows compared at once: a block of 512 × 5000 doubles takes 20 MB."""


def alignment(units: Floats, codes: Codes) -> float:
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
    float
        Between 0 (notes of one label coincide) and 4.

    Raises
    ------
    ValueError
        If no class has two notes.

    Notes
    -----
    Exact without comparing pairs: within a class of m rows, Σ_{i<j} ‖x_i − x_j‖² = m Σ ‖x_i‖² − ‖Σ x_i‖².
    """
    sums, counts = class_sums(units, codes)
    pairs = (counts * (counts - 1) // 2).sum()
    if pairs == 0:
        raise ValueError("alignment needs a class with two notes")
    squares = np.bincount(codes, weights=np.square(units).sum(axis=1), minlength=len(counts))
    total = (counts * squares - np.square(sums).sum(axis=1)).sum()
    return float(max(total / pairs, 0.0))


def uniformity(units: Floats, block: int = BLOCK) -> float:
    """Log of the mean of exp(−2 ‖x − y‖²) over all pairs of different rows; lower is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    block : int
        Rows compared at once; the result does not depend on it.

    Returns
    -------
    float
        Between 0 (all notes coincide) and −8 (all pairs opposite); about −4 for rows spread evenly in many dimensions.

    Raises
    ------
    ValueError
        If there are fewer than two rows.
    """
    n = len(units)
    if n < 2:
        raise ValueError("uniformity needs two notes")
    squares = np.square(units).sum(axis=1)
    total = 0.0
    for start in range(0, n, block):
        rows = units[start : start + block]
        distances = squares[start : start + block, None] + squares[None, start:] - 2 * (rows @ units[start:].T)
        potentials = np.exp(-2 * np.maximum(distances, 0.0))
        # the upper triangle alone: each pair once, no row with itself
        total += float(np.triu(potentials, k=1).sum())
    return float(np.log(total / (n * (n - 1) / 2)))
