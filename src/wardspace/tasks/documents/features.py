"""Features of notes that probes read: a model's vectors, counted words, or both."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from wardspace.tasks.notes import EvaluatedModel, Notes
from wardspace.tasks.probes.logistic import Features

Featuriser = Callable[[EvaluatedModel, Notes], Features]
"""One row a note, of mean squared length one."""


def scaled_vectors(model: EvaluatedModel, notes: Notes) -> NDArray[np.float32]:
    """Vectors, scaled by those of all training notes of the corpus, labelled or not."""
    return model.scaling.apply(model.vectors[notes.rows])


def tfidf(model: EvaluatedModel, notes: Notes) -> sparse.csr_matrix:
    """TF-IDF of words and pairs of words."""
    return sparse.csr_matrix(notes.texts.tfidf[notes.rows])


def vectors_with_tfidf(model: EvaluatedModel, notes: Notes) -> sparse.csr_matrix:
    """Vectors and TF-IDF side by side, each of the same mean length, so that one grid of strengths suits all probes."""
    return joined(scaled_vectors(model, notes), tfidf(model, notes))


def joined(scaled: NDArray[np.float32], words: sparse.csr_matrix) -> sparse.csr_matrix:
    """Join features of mean squared length one to features of that length: float32 [n, d + terms]."""
    both = sparse.hstack([sparse.csr_matrix(scaled), words], format="csr", dtype=np.float32)
    return sparse.csr_matrix(both * np.float32(np.sqrt(0.5)))
