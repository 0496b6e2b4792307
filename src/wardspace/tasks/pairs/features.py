"""What a linear model reads of a pair whose texts were read one by one: both, their difference and their product."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from wardspace.models.unit_length import unit_length
from wardspace.tasks.notes import Texts
from wardspace.tasks.pairs.labelled import Pairs
from wardspace.tasks.tfidf import fitted_to

Matrix = NDArray[np.float32]
BLOCKS = 4
"""Parts of what is read: u, v, |u - v| and u * v."""


def parts_of(first: Matrix, second: Matrix) -> Matrix:
    """u, v, |u - v| and u * v of two vectors of length one: [n, 4 d] (Conneau et al. 2017, InferSent)."""
    u, v = unit_length(first), unit_length(second)
    return np.concatenate([u, v, np.abs(u - v), u * v], axis=1, dtype=np.float32)


class TfidfOfPairs:
    """Counted words of both texts of a pair, of their difference and product, and the cosine of the two.

    Words and document frequencies are those of both sides of all training pairs. Each part has the mean squared length
    of the others.

    Parameters
    ----------
    texts : Texts
        The notes, and what is counted of them.
    train : Pairs
        The training pairs.
    """

    def __init__(self, texts: Texts, train: Pairs) -> None:
        self.vectorizer: TfidfVectorizer = fitted_to(
            lambda: _both(train), texts.terms, "texts of training pairs", texts.corpus.folder
        )
        self._sizes = [_size(part) for part in self._parts(train)]

    @property
    def terms(self) -> int:
        """Terms that it counts."""
        return len(self.vectorizer.vocabulary_)

    def of(self, pairs: Pairs) -> sparse.csr_matrix:
        """Features of pairs, [n, 4 terms + 1]."""
        parts = self._parts(pairs)
        scaled = [
            part * np.float32(1 / (size * len(parts) ** 0.5)) for part, size in zip(parts, self._sizes, strict=True)
        ]
        return sparse.csr_matrix(sparse.hstack(scaled, format="csr", dtype=np.float32))

    def _parts(self, pairs: Pairs) -> list[Any]:
        first, second = (sparse.csr_matrix(self.vectorizer.transform(side)) for side in (pairs.firsts, pairs.seconds))
        product = first.multiply(second).tocsr()
        cosine = sparse.csr_matrix(product.sum(axis=1).astype(np.float32))
        return [first, second, abs(first - second), product, cosine]


def _both(pairs: Pairs) -> Iterator[str]:
    for first, second in zip(pairs.firsts, pairs.seconds, strict=True):
        yield first
        yield second


def _size(part: sparse.csr_matrix) -> float:
    size = float(np.sqrt(part.multiply(part).sum() / max(1, part.shape[0])))
    return size if size > 0 else 1.0


def second_vectors(encode: Any, seconds: Sequence[str]) -> Matrix:
    """Vectors of other texts; a text that many pairs have is embedded once."""
    place = {text: at for at, text in enumerate(dict.fromkeys(seconds))}
    vectors: Matrix = encode(list(place), show_progress=False)
    return vectors[[place[text] for text in seconds]]
