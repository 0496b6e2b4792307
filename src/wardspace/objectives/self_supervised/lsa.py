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
from wardspace.objectives.units import Ids

FEWEST_NOTES = 3
"""A token of fewer notes tells nothing of what notes have in common."""
LARGEST_SHARE = 0.5
"""A token of more than this share of the notes distinguishes them too little."""
FITTED = 50_000
"""Most notes that the decomposition is fitted to; it is applied to all."""
SEQUENCES = 200_000
"""Most sequences of each length that are counted: those of the most notes."""
_BITS = 21

Vectors = npt.NDArray[np.float32]


def word_space(notes: Sequence[Ids], dimensions: int, seed: int, *, longest: int = 1) -> Vectors:
    """Place each note by the words it has in common with others.

    Tokens, and sequences of them, are counted over the whole note, however long; counts are dampened by their logarithm
    and weighed by inverse document frequency, and the largest directions of what results are kept.

    Parameters
    ----------
    notes : sequence of int32 [n]
        Token ids.
    dimensions : int
        Directions to keep; fewer where the notes have fewer.
    seed : int
        Seed of the decomposition.
    longest : int
        Count sequences of up to so many tokens.

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
    fitted = np.unique(np.linspace(0, len(notes) - 1, min(len(notes), FITTED)).astype(np.int64))
    counts = sparse.hstack([_counts(notes, fitted, length) for length in range(1, longest + 1)], format="csr")
    rank = min(dimensions, counts.shape[1] - 1, len(fitted) - 1)
    if rank < 1:
        raise WardspaceError(
            f"{len(notes)} notes share too few words to be placed by them",
            where="adapt.objectives.blend",
            fix="adapt to more notes, or with another objective",
        )
    weighed = TfidfTransformer(sublinear_tf=True).fit(counts[fitted])
    directions = TruncatedSVD(rank, random_state=seed).fit(weighed.transform(counts[fitted]))
    vectors = directions.transform(weighed.transform(counts))
    return np.asarray(normalize(vectors), dtype=np.float32)


def _counts(notes: Sequence[Ids], fitted: npt.NDArray[np.int64], length: int) -> sparse.csr_matrix:
    """How often each telling sequence of so many tokens is in each note, [notes, sequences]."""
    telling = _telling([_sequences(notes[index], length) for index in fitted])
    columns: list[npt.NDArray[np.int64]] = []
    ends = [0]
    for note in notes:
        own = _sequences(note, length)
        places = np.minimum(np.searchsorted(telling, own), max(0, len(telling) - 1))
        columns.append(places[telling[places] == own] if len(telling) else places[:0])
        ends.append(ends[-1] + len(columns[-1]))
    flat = np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64)
    counts = sparse.csr_matrix((np.ones(len(flat), dtype=np.float32), flat, ends), shape=(len(notes), len(telling)))
    counts.sum_duplicates()
    return counts


def _sequences(note: Ids, length: int) -> npt.NDArray[np.int64]:
    """A number for every sequence of so many tokens, one for each place where it begins."""
    tokens = note.astype(np.int64)
    found = tokens[: max(0, len(tokens) - length + 1)]
    for place in range(1, length):
        # 21 bits hold every vocabulary, and 63 hold three tokens
        found = (found << _BITS) | tokens[place : place + len(found)]
    return found


def _telling(notes: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Sequences of some notes and not of most, sorted; of too many those of the most notes."""
    once = [np.unique(note) for note in notes]
    found, in_notes = np.unique(np.concatenate(once), return_counts=True) if once else (np.zeros(0, np.int64),) * 2
    telling = (in_notes >= FEWEST_NOTES) & (in_notes <= LARGEST_SHARE * len(notes))
    found, in_notes = found[telling], in_notes[telling]
    if len(found) <= SEQUENCES:
        return found
    most = np.argsort(-in_notes, kind="stable")[:SEQUENCES]
    return np.sort(found[most])
