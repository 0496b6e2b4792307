"""Vectors of length one."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", np.float32, np.float64)


def unit_length(vectors: NDArray[F]) -> NDArray[F]:
    """Vectors [n, d] of length one, as cosine similarity compares them; a vector of zeros remains one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[F] = vectors / np.maximum(lengths, 1e-12)
    return scaled
