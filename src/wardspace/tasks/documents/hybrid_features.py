"""A note's vector beside its counted words: the features of one probe that reads both."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


def beside(scaled: NDArray[np.float32], words: sparse.csr_matrix) -> sparse.csr_matrix:
    """Join vectors with TF-IDF, each of the same mean length.

    Parameters
    ----------
    scaled : float32 [n, d]
        Vectors of mean squared length one; see `wardspace.tasks.scaling.Scaling`.
    words : csr_matrix, float32 [n, terms]
        TF-IDF of the same notes, in rows of length one.

    Returns
    -------
    csr_matrix, float32 [n, d + terms]
        Of mean squared length one, so that one grid of strengths suits all probes.
    """
    joined = sparse.hstack([sparse.csr_matrix(scaled), words], format="csr", dtype=np.float32)
    return sparse.csr_matrix(joined * np.float32(np.sqrt(0.5)))
