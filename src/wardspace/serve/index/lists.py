"""Inverted lists: vectors sorted by their nearest centre, so that a search reads few of them.

The lists are those of faiss's `IndexIVFFlat` (Jégou et al. 2011), and faiss trains the centres. The vectors are in
plain files of ours, mapped into memory: a note that is deleted leaves a list without the others being built again,
and what a filter leaves out is known exactly.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.core.errors import WardspaceError

Vectors = NDArray[np.float32]
EXACT = 100_000
"""Pieces that are searched one by one; beyond, lists are built."""
_PER_LIST = 512
"""Vectors of a list, on average."""
_TRAINED_ON = 64
"""Vectors of a sample that the centre of a list is trained on."""
_ROUNDS = 8
_SEED = 13
_CELLS = 1 << 24
"""Most products held at once: 64 MB."""


class Lists(NamedTuple):
    """Where the vectors of each list are, once they are sorted."""

    centres: Vectors
    """Of length one, float32 [k, d]."""
    starts: NDArray[np.int64]
    """First row of each list, and the one after the last, int64 [k + 1]."""

    def nearest(self, query: Vectors, probes: int) -> NDArray[np.int64]:
        """The lists to read for a query, nearest first."""
        likeness = self.centres @ query
        if probes >= len(likeness):
            return np.argsort(-likeness, kind="stable")
        some = np.argpartition(-likeness, probes)[:probes]
        return some[np.argsort(-likeness[some], kind="stable")]


def need_faiss() -> None:
    """Check for faiss before hours of embedding.

    Raises
    ------
    WardspaceError
        If it is not installed.
    """
    if find_spec("faiss") is None:
        raise WardspaceError(
            f"more than {EXACT:,} pieces of notes are searched through lists, which faiss builds",
            fix="pip install 'wardspace[serve]', or faiss-cpu",
        )


def train(vectors: Vectors) -> Vectors:
    """Centres for so many vectors of length one, float32 [k, d]; spherical k-means over a sample."""
    need_faiss()
    import faiss  # noqa: PLC0415 - heavy, and needed by large indexes alone

    count = max(1, len(vectors) // _PER_LIST)
    sample = np.random.default_rng(_SEED).permutation(len(vectors))[: count * _TRAINED_ON]
    means = faiss.Kmeans(vectors.shape[1], count, niter=_ROUNDS, spherical=True, seed=_SEED, min_points_per_centroid=1)
    means.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    return np.asarray(means.centroids, dtype=np.float32).reshape(count, -1)


def assign(vectors: Vectors, centres: Vectors) -> NDArray[np.int32]:
    """The nearest centre of each vector, int32 [n]."""
    found = np.empty(len(vectors), dtype=np.int32)
    block = max(1, _CELLS // len(centres))
    for start in range(0, len(vectors), block):
        found[start : start + block] = (vectors[start : start + block] @ centres.T).argmax(axis=1)
    return found


def list_starts(assigned: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """First row of each list, and the one after the last, int64 [count + 1]."""
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(assigned, minlength=count), out=starts[1:])
    return starts
