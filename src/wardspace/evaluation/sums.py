"""Sums over patients: of the notes as they are, and of every resample of the patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.bootstrap import Resamples
from wardspace.evaluation.metrics import Doubles, Integers


def by_patient(values: Doubles | NDArray[np.bool_], groups: Integers, n_groups: int) -> Doubles:
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
