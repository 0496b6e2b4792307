"""Vectors of length one, on which every measure of this room is taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.core.errors import ModelError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def unit_norm(vectors: NDArray[np.floating], *, model: str = "the model") -> Floats:
    """Scale each row to Euclidean length one.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Embeddings. A row of zeros has no direction and stays at zero.
    model : str
        Named in the error.

    Returns
    -------
    float64 array of shape (n, d)
        Double precision: closed forms of this room subtract large sums from each other.

    Raises
    ------
    ModelError
        If a value is not finite.
    """
    rows = np.asarray(vectors, dtype=np.float64)
    if not np.isfinite(rows).all():
        bad = int((~np.isfinite(rows)).any(axis=1).sum())
        raise ModelError(
            f"{bad} of {len(rows)} embeddings hold values that are not finite",
            where=model,
            fix="training has diverged: lower training.learning_rate or use training.precision=fp32",
        )
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    units = np.zeros_like(rows)
    np.divide(rows, norms, out=units, where=norms > 0)
    return units


def class_sums(units: Floats, codes: Codes) -> tuple[Floats, Codes]:
    """Sum of the rows of each class, shape (k, d), and the number of rows of each, shape (k,)."""
    counts = np.bincount(codes)
    members = np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1])
    # class by class, for adding row by row takes ten times as long
    sums = np.stack([units[rows].sum(axis=0, dtype=np.float64) for rows in members])
    return sums, counts.astype(np.int64)
