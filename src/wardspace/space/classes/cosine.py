"""Cosine similarity within classes, between classes, and of all pairs."""

from __future__ import annotations

import numpy as np

from wardspace.space.estimate import Estimate, ratio
from wardspace.space.unit import Codes, Floats, class_sums


def mean_cosine(units: Floats) -> Estimate:
    """Mean cosine over all pairs of notes, a measure of anisotropy; lower is better.

    Ethayarajh (2019), How contextual are contextualized word representations?, EMNLP-IJCNLP. Between −1 / (n − 1) and
    1: near 1 all vectors point one way, near 0 they use all directions. Exact by sums.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.

    Raises
    ------
    ValueError
        If there are fewer than two rows.
    """
    if len(units) < 2:
        raise ValueError("a mean cosine needs two notes")
    others = units @ units.sum(axis=0) - np.square(units).sum(axis=1)
    return ratio(others, np.full(len(units), len(units) - 1.0), order=2)


def cosine_within(units: Floats, codes: Codes) -> Estimate:
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
    if (counts < 2).all():
        raise ValueError("cosine within classes needs a class with two notes")
    inside, _ = cosines_of_notes(units, codes, sums)
    return ratio(inside, (counts[codes] - 1).astype(np.float64), order=2)


def cosine_between(units: Floats, codes: Codes) -> Estimate:
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
    if len(counts) < 2:
        raise ValueError("cosine between classes needs two classes")
    _, outside = cosines_of_notes(units, codes, sums)
    return ratio(outside, (len(units) - counts[codes]).astype(np.float64), order=2)


def cosines_of_notes(units: Floats, codes: Codes, sums: Floats) -> tuple[Floats, Floats]:
    """Sum of each note's cosines with the other notes of its class, and with the notes of all other classes."""
    to_class = np.einsum("ij,ij->i", units, sums[codes])
    return to_class - np.square(units).sum(axis=1), units @ sums.sum(axis=0) - to_class
