"""How alike two models' spaces of the same notes are, whatever their axes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import generator
from wardspace.results import Similarity
from wardspace.space.unit import Floats, unit_norm

Kernel = Literal["linear", "rbf"]
KERNELS: tuple[Kernel, ...] = ("linear", "rbf")
EXACT = 2000
"""Notes up to which all pairs are compared."""
_BLOCK = 500
"""Notes of a block where there are more."""
_BANDWIDTH = 0.4
"""Width of the RBF kernel as a share of the median distance (Kornblith et al. try 0.2, 0.4 and 0.8)."""


def similarities(vectors: Mapping[str, NDArray[np.floating]], seed: int = 1) -> list[Similarity]:
    """Centred kernel alignment of every two spaces.

    Kornblith, Norouzi, Lee and Hinton (2019), Similarity of neural network representations revisited, ICML, with the
    unbiased estimator of Song et al. (2012, JMLR 13), without which spaces of more dimensions than notes all look
    alike. Above `EXACT` notes, they are dealt into blocks whose estimates are added up before the ratio is taken
    (Nguyen, Raghu and Kornblith 2021, ICLR).

    Parameters
    ----------
    vectors : mapping of str to array of shape (n, d)
        Embeddings of the same notes by model; scaled to length one here. Dimensions may differ.
    seed : int
        Deals the notes into blocks.

    Returns
    -------
    list of Similarity
        For each pair of models, each kernel.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    ValueError
        If the spaces hold different numbers of notes.
    """
    sizes = {len(one) for one in vectors.values()}
    if len(sizes) > 1:
        raise ValueError(f"spaces of different notes: {sorted(sizes)}")
    n = max(sizes, default=0)
    if n < 4:
        return []
    blocks = _blocks(n, seed)
    grams = {name: _grams(unit_norm(one, model=name), blocks) for name, one in vectors.items()}
    found = []
    for first, second in combinations(vectors, 2):
        for kernel in KERNELS:
            value, error = _cka(grams[first][kernel], grams[second][kernel])
            names = {"model": first, "against": second, "measure": f"{kernel}_cka"}
            found.append(Similarity(**names, value=value, n=n, error=error))
    return found


def _blocks(n: int, seed: int) -> list[NDArray[np.int64]]:
    if n <= EXACT:
        return [np.arange(n)]
    order = generator("similarity", seed).permutation(n)
    return np.array_split(order, n // _BLOCK)


def _grams(units: Floats, blocks: list[NDArray[np.int64]]) -> dict[Kernel, list[NDArray[np.float32]]]:
    products = [units[rows] @ units[rows].T for rows in blocks]
    distances = [_distances(product) for product in products]
    median = float(np.median(distances[0][np.triu_indices(len(blocks[0]), k=1)]))
    width = 2 * _BANDWIDTH**2 * (median or 1.0)
    return {
        "linear": [_centred(product) for product in products],
        "rbf": [_centred(np.exp(-distance / width)) for distance in distances],
    }


def _distances(products: Floats) -> Floats:
    squares = np.diag(products)
    return np.maximum(squares[:, None] + squares[None, :] - 2 * products, 0.0)


def _centred(gram: Floats) -> NDArray[np.float32]:
    """U-centred kernel matrix: the sum of the products of two of them is n (n − 3) times the unbiased HSIC.

    Székely and Rizzo (2014), Ann. Stat. 42.
    """
    n = len(gram)
    kernel = gram.copy()
    np.fill_diagonal(kernel, 0.0)
    rows = kernel.sum(axis=0) / (n - 2)
    kernel += kernel.sum() / ((n - 1) * (n - 2)) - rows[:, None] - rows[None, :]
    np.fill_diagonal(kernel, 0.0)
    return kernel.astype(np.float32)


def _cka(first: list[NDArray[np.float32]], second: list[NDArray[np.float32]]) -> tuple[float, float | None]:
    """The alignment, and its standard error by leaving out each block of notes."""
    parts = np.array([[_inner(a, b), _inner(a, a), _inner(b, b)] for a, b in zip(first, second, strict=True)])
    total = parts.sum(axis=0)
    if len(parts) == 1:
        return _alignment(total), None
    left = np.array([_alignment(total - part) for part in parts])
    spread = (len(parts) - 1) / len(parts) * np.square(left - left.mean()).sum()
    return _alignment(total), float(np.sqrt(spread))


def _inner(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    return float(np.vdot(first.astype(np.float64), second.astype(np.float64))) / (len(first) * (len(first) - 3))


def _alignment(sums: Floats) -> float:
    both, first, second = (float(value) for value in sums)
    if first <= 0 or second <= 0:
        return 0.0
    return both / float(np.sqrt(first * second))
