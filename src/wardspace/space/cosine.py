"""Cosine similarity within and between classes."""

from __future__ import annotations

import numpy as np

from wardspace.space.unit import Codes, Floats, class_sums


def cosine_within(units: Floats, codes: Codes) -> float:
    """Mean cosine over all pairs of notes with one label; higher is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.

    Raises
    ------
    ValueError
        If no class has two notes.
    """
    sums, counts = class_sums(units, codes)
    pairs = (counts * (counts - 1) / 2).sum()
    if pairs == 0:
        raise ValueError("cosine within classes needs a class with two notes")
    # ‖Σ x‖² holds each pair twice and each row with itself once
    return float((np.square(sums).sum() - np.square(units).sum()) / 2 / pairs)


def cosine_between(units: Floats, codes: Codes) -> float:
    """Mean cosine over all pairs of notes with different labels; lower is better.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.

    Raises
    ------
    ValueError
        If there are fewer than two classes.
    """
    sums, counts = class_sums(units, codes)
    pairs = (counts.sum() ** 2 - np.square(counts).sum()) / 2
    if pairs == 0:
        raise ValueError("cosine between classes needs two classes")
    return float((np.square(sums.sum(axis=0)).sum() - np.square(sums).sum()) / 2 / pairs)
