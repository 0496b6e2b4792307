"""A space seen in two dimensions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from wardspace.space.unit import unit_norm


class Projection(NamedTuple):
    """Notes in two dimensions."""

    xy: NDArray[np.float32]
    """Coordinates, shape (n, 2)."""
    explained: tuple[float, float]
    """Share of the variance that each axis keeps."""


def project(vectors: NDArray[np.floating], seed: int = 1) -> Projection:
    """Project unit-norm vectors on their first two principal components.

    Linear and deterministic, so that two runs and two machines draw the same map. The sign of each axis is fixed: the
    coordinate of the largest loading is positive.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Embeddings; scaled to length one here, as everywhere in this room.
    seed : int
        Seed of the randomised solver, which large inputs use.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    ValueError
        If there are fewer than two notes.
    """
    units = unit_norm(vectors)
    if len(units) < 2:
        raise ValueError("a projection needs two notes")
    kept = min(2, units.shape[1])
    model = PCA(n_components=kept, random_state=seed)
    # vectors that all coincide have no variance to share out
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = model.fit_transform(units)
        shares = np.nan_to_num(model.explained_variance_ratio_)
    largest = np.abs(model.components_).argmax(axis=1)
    signs = np.sign(model.components_[np.arange(kept), largest])
    xy = np.zeros((len(units), 2), dtype=np.float32)
    xy[:, :kept] = scores * np.where(signs == 0, 1, signs)
    return Projection(xy, (float(shares[0]), float(shares[1]) if kept > 1 else 0.0))
