"""Many tests at once: p-values raised so that a false alarm among all of them stays as rare as in one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Adjust the p-values of a family of tests.

    Reference: Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics
    (1979). It holds whatever the dependence of the tests.

    Parameters
    ----------
    p : array_like [m]
        P-values.

    Returns
    -------
    float64 [m]
        Adjusted p-values in the same order: those under a level are the tests to reject at that level.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted
