"""The space that `blend` teaches: the base's beside that of the notes' words, in the dimensions of the base."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import normalize

Vectors = npt.NDArray[np.float32]

CANDIDATES = 20_000
"""Most notes among which neighbours are looked for."""
_ROWS = 1000


def blended(base: Vectors, words: Vectors, weight: float) -> Vectors:
    """Both spaces side by side: cosines are means of both spaces' cosines, those of words weighed by `weight` squared.

    Parameters
    ----------
    base : float32 [n, d]
        Unit vectors about their mean.
    words : float32 [n, k]
        Unit vectors.
    weight : float
        Length of a vector of words beside one of the base.
    """
    return _unit(np.hstack([base, weight * words]))


def drawn_together(vectors: Vectors, owners: npt.NDArray[np.int64], neighbours: int, pull: float) -> Vectors:
    """Each vector with `pull` times the mean direction of its nearest others added: groups become denser.

    Parameters
    ----------
    vectors : float32 [n, d]
        Unit vectors of pieces of notes.
    owners : int64 [n]
        The note of each; pieces of one note are no neighbours of each other.
    neighbours : int
        How many others; they are looked for among at most `CANDIDATES` pieces, evenly taken.
    pull : float
        Length of their mean direction beside the vector's own.

    Returns
    -------
    float32 [n, d]
        Unit vectors.
    """
    if not neighbours or len(vectors) < 2:
        return vectors
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), CANDIDATES)).astype(np.int64))
    others, theirs = vectors[chosen], owners[chosen]
    count = min(neighbours, len(chosen))
    means = np.empty_like(vectors)
    for start in range(0, len(vectors), _ROWS):
        block = slice(start, start + _ROWS)
        near = vectors[block] @ others.T
        near[owners[block, None] == theirs[None, :]] = -np.inf
        nearest = np.argpartition(-near, count - 1, axis=1)[:, :count]
        found = np.isfinite(np.take_along_axis(near, nearest, axis=1))
        means[block] = (others[nearest] * found[:, :, None]).sum(axis=1)
    return _unit(vectors + pull * _unit(means))


def turned_onto(vectors: Vectors, base: Vectors) -> Vectors:
    """The same space in the base's dimensions, turned so that it lies as near to the base as it can.

    The largest directions are kept (cosines change by what the others held), and of all rotations the one that brings
    the vectors nearest to the base's is taken (orthogonal Procrustes, Schönemann 1966): the model has the least way to
    go, and what it does on other text changes least.

    Parameters
    ----------
    vectors : float32 [n, m]
        The space to teach, m >= d.
    base : float32 [n, d]
        Unit vectors about their mean.

    Returns
    -------
    float32 [n, d]
        Unit vectors.
    """
    wide = vectors.astype(np.float64)
    _, directions = np.linalg.eigh(wide.T @ wide)
    kept = directions[:, ::-1][:, : base.shape[1]]
    left, _, right = np.linalg.svd(kept.T @ (wide.T @ base))
    return _unit(vectors @ (kept @ left @ right).astype(np.float32))


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(normalize(vectors), dtype=np.float32)
