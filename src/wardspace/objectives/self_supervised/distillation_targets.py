"""Targets of `blend`: the base's embeddings joined with latent semantic analysis, in the dimensions of the base."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import normalize

from wardspace.core.seeds import generator

Vectors = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]

CANDIDATES = 20_000
"""Most notes among which neighbours are looked for."""
_ROWS = 1000
_FEW = 5
"""Vectors at the mean of all that count with each class of metadata."""
_ROUNDING = 1e-5
"""Directions with less than this part of the longest hold rounding only."""


def blended(base: Vectors, words: Vectors, weight: float) -> Vectors:
    """Both spaces side by side: cosines are means of both spaces' cosines, those of words weighed by `weight` squared.

    Parameters
    ----------
    base : float32 [n, d]
        Unit vectors about their mean.
    words : float32 [n, k]
        Unit vectors.
    weight : float
        Norm of an LSA vector relative to one of the base.
    """
    return _unit(np.hstack([base, weight * words]))


def levelled(vectors: Vectors, codes: npt.NDArray[np.int64]) -> Vectors:
    """Vectors without what is common to the classes of metadata that they belong to.

    From each column in turn, the mean of the vector's class is taken out as far as it differs from the mean of all. It
    counts as if `_FEW` more vectors of the class stood at the mean of all: a class of one keeps most of its own.

    Parameters
    ----------
    vectors : float32 [n, d]
        Unit vectors.
    codes : int64 [n, columns]
        Class of each in each column; -1 where it has none, and there nothing is taken out.

    Returns
    -------
    float32 [n, d]
        Unit vectors.
    """
    found = vectors.astype(np.float64)
    for column in codes.T:
        known = np.flatnonzero(column >= 0)
        if not len(known):
            continue
        apart = found[known] - found.mean(axis=0)
        sums = np.zeros((int(column.max()) + 1, vectors.shape[1]))
        np.add.at(sums, column[known], apart)
        counts = np.bincount(column[known], minlength=len(sums))
        found[known] -= (sums / (counts + _FEW)[:, None])[column[known]]
    return _unit(found.astype(np.float32))


def drawn_together(
    vectors: Vectors, owners: npt.NDArray[np.int64], neighbours: int, pull: float, *, seen: Vectors | None = None
) -> Vectors:
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
        Weight of their mean direction relative to the vector's own.
    seen : float32 [n, d], optional
        Unit vectors by which neighbours are found; the vectors themselves, if none are given.

    Returns
    -------
    float32 [n, d]
        Unit vectors.
    """
    if not neighbours or len(vectors) < 2:
        return vectors
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), CANDIDATES)).astype(np.int64))
    seen = vectors if seen is None else seen
    others, theirs = vectors[chosen], owners[chosen]
    count = min(neighbours, len(chosen))
    means = np.empty_like(vectors)
    for start in range(0, len(vectors), _ROWS):
        block = slice(start, start + _ROWS)
        near = seen[block] @ seen[chosen].T
        near[owners[block, None] == theirs[None, :]] = -np.inf
        nearest = np.argpartition(-near, count - 1, axis=1)[:, :count]
        found = np.isfinite(np.take_along_axis(near, nearest, axis=1))
        means[block] = (others[nearest] * found[:, :, None]).sum(axis=1)
    return _unit(vectors + pull * _unit(means))


def turned_onto(vectors: Vectors, base: Vectors) -> Vectors:
    """The same space in the base's dimensions, turned so that it lies as near to the base as it can.

    The largest directions are kept (cosines change by what the others held), and of all rotations the one that brings
    the vectors nearest to the base's is taken (orthogonal Procrustes, Schönemann 1966): the model has the least way to
    go, and what it does on other text changes least. Few notes leave turns open: one is drawn, or else the
    rounding of the machine would choose.

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
    sizes, directions = np.linalg.eigh(wide.T @ wide)
    told = np.sqrt(np.maximum(sizes, 0)) > _ROUNDING * np.sqrt(sizes[-1])
    kept = directions[:, told][:, ::-1][:, : base.shape[1]]
    near = wide.T @ base
    drawn = generator(0, "open turns").normal(size=near.shape)
    return _unit(vectors @ (kept @ _turn(kept.T @ near, kept.T @ drawn)).astype(np.float32))


def _turn(near: Matrix, drawn: Matrix) -> Matrix:
    """The rotation [k, d] nearest to `near`; where that leaves a turn open, the one nearest to `drawn`."""
    left, sizes, right = np.linalg.svd(near)
    found = int((sizes > _ROUNDING * sizes[0]).sum())
    open_left, open_right = left[:, found:], right[found:]
    first, _, last = np.linalg.svd(open_left.T @ drawn @ open_right.T, full_matrices=False)
    return np.asarray(left[:, :found] @ right[:found] + open_left @ first @ last @ open_right)


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(normalize(vectors), dtype=np.float32)
