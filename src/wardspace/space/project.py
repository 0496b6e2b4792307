"""A space seen in two dimensions."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from threadpoolctl import ThreadpoolController

from wardspace.core.errors import StudyError
from wardspace.space.unit import Floats, unit_norm

Method = Literal["pca", "umap"]
"""How vectors become a map: principal components, or UMAP."""
_NEIGHBOURS = 15
_FIX = "pip install 'wardspace[maps]', or set report.map=pca"


class Projection(NamedTuple):
    """Notes in two dimensions."""

    xy: NDArray[np.float32]
    """Coordinates, shape (n, 2)."""
    explained: tuple[float, float]
    """Share of the variance that each axis keeps; 0 where axes mean nothing (UMAP)."""


def check_method(method: Method) -> None:
    """Refuse a method whose package is missing.

    Raises
    ------
    StudyError
        Naming the package and how to install it.
    """
    if method == "umap" and importlib.util.find_spec("umap") is None:
        raise StudyError("maps by UMAP need the package umap-learn", where="report.map", fix=_FIX)


def project(vectors: NDArray[np.floating], seed: int = 1, method: Method = "pca") -> Projection:
    """Project unit-norm vectors into the plane.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Embeddings; scaled to length one here, as everywhere in this room.
    seed : int
        Seed of the randomised solver, which large inputs use, and of UMAP.
    method : str
        `pca`: the first two principal components. Linear and deterministic, so that two runs and two machines draw the
        same map; the sign of each axis is fixed: the coordinate of the largest loading is positive. `umap`: McInnes,
        Healy and Melville (2018), arXiv 1802.03426, by cosine; keeps neighbours together, but distances between
        groups mean little, and machines may draw different maps.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    StudyError
        If the package of the method is missing.
    ValueError
        If there are fewer than two notes.
    """
    check_method(method)
    units = unit_norm(vectors)
    if len(units) < 2:
        raise ValueError("a projection needs two notes")
    # UMAP joins each note to others: of three or fewer there is nothing to lay out
    return _umap(units, seed) if method == "umap" and len(units) > 3 else _pca(units, seed)


def _pca(units: Floats, seed: int) -> Projection:
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


def _umap(units: Floats, seed: int) -> Projection:
    import umap  # noqa: PLC0415 - optional, and compiles at import

    start = _pca(units, seed).xy.astype(np.float64)
    # a start of some extent: UMAP's own scale, with a little noise so that copies do not lie on one point for good
    start = 10 * start / max(float(np.abs(start).max()), 1e-12)
    start += np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    layout = umap.UMAP(
        n_neighbors=min(_NEIGHBOURS, len(units) - 1),
        metric="cosine",
        init=start.astype(np.float32),
        random_state=seed,
        n_jobs=1,
    )
    with _same_threads():
        xy = np.asarray(layout.fit_transform(units.astype(np.float32)), dtype=np.float32)
    return Projection(xy - xy.mean(axis=0), (0.0, 0.0))


@contextmanager
def _same_threads() -> Iterator[None]:
    """Leave OpenMP with the threads it had: numba, which UMAP runs on, sets them for the whole process.

    Sums of a training that follows would be shared out, and rounded, otherwise than the user asked for.
    """
    libraries = ThreadpoolController().select(user_api="openmp").lib_controllers
    before = [library.num_threads for library in libraries]
    try:
        yield
    finally:
        for library, threads in zip(libraries, before, strict=True):
            library.set_num_threads(threads)


def turned_alike(xy: NDArray[np.float32], first: NDArray[np.float32], method: Method) -> NDArray[np.float32]:
    """A map turned the way another one of the same notes lies, so that eyes can compare.

    The signs of principal components are arbitrary; of UMAP all of the orientation is.
    """
    if method == "pca":
        return xy * np.where((xy * first).sum(axis=0) < 0, -1, 1).astype(np.float32)
    left, _, right = np.linalg.svd(xy.T.astype(np.float64) @ first)
    return np.asarray(xy @ (left @ right), dtype=np.float32)
