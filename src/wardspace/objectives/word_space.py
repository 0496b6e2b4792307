"""The notes' own words as a space: latent semantic analysis of their tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from wardspace.core.errors import WardspaceError
from wardspace.objectives.notes import Ids

FEWEST_NOTES = 3
"""A token of fewer notes tells nothing of what notes have in common."""
LARGEST_SHARE = 0.5
"""A token of more than this share of the notes tells them apart too little."""
FITTED = 50_000
"""Most notes that the decomposition is fitted to; it is applied to all."""

Vectors = npt.NDArray[np.float32]


def word_space(notes: Sequence[Ids], dimensions: int, vocabulary: int, seed: int) -> Vectors:
    """Place each note by the words it has in common with others.

    Tokens are counted over the whole note, however long; counts are dampened by their logarithm and weighed by inverse
    document frequency, and the largest directions of what results are kept.

    Parameters
    ----------
    notes : sequence of int32 [n]
        Token ids.
    dimensions : int
        Directions to keep; fewer where the notes have fewer.
    vocabulary : int
        Number of different tokens.
    seed : int
        Seed of the decomposition.

    Returns
    -------
    float32 [notes, dimensions]
        Unit vectors; zero for a note without a token that tells anything.

    Raises
    ------
    WardspaceError
        If the notes share too few words.

    References
    ----------
    Deerwester et al. 1990, Indexing by Latent Semantic Analysis.
    """
    counts = _counts(notes, vocabulary)
    fitted = np.unique(np.linspace(0, len(notes) - 1, min(len(notes), FITTED)).astype(np.int64))
    kept = np.flatnonzero(_telling(counts[fitted]))
    rank = min(dimensions, len(kept) - 1, len(fitted) - 1)
    if rank < 1:
        raise WardspaceError(
            f"{len(notes)} notes share too few words to be placed by them",
            where="adapt.objectives.blend",
            fix="adapt to more notes, or with another objective",
        )
    weighed = TfidfTransformer(sublinear_tf=True).fit(counts[fitted][:, kept])
    directions = TruncatedSVD(rank, random_state=seed).fit(weighed.transform(counts[fitted][:, kept]))
    vectors = directions.transform(weighed.transform(counts[:, kept]))
    return np.asarray(normalize(vectors), dtype=np.float32)


def _counts(notes: Sequence[Ids], vocabulary: int) -> sparse.csr_matrix:
    """How often each token stands in each note, [notes, vocabulary]."""
    ends = np.cumsum([0, *(len(note) for note in notes)])
    tokens = np.concatenate(notes) if len(notes) else np.zeros(0, dtype=np.int32)
    counts = sparse.csr_matrix((np.ones(len(tokens), dtype=np.float32), tokens, ends), shape=(len(notes), vocabulary))
    counts.sum_duplicates()
    return counts


def _telling(counts: sparse.csr_matrix) -> npt.NDArray[np.bool_]:
    """Tokens of some notes and not of most."""
    notes = np.bincount(counts.indices, minlength=counts.shape[1])
    telling: npt.NDArray[np.bool_] = (notes >= FEWEST_NOTES) & (notes <= LARGEST_SHARE * counts.shape[0])
    return telling
