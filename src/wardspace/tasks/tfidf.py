"""Words counted, for what needs no language model: TF-IDF of words and word pairs, or of runs of characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from wardspace.config.tfidf import TermKind
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.corpus.note.scripts import terms, unspaced_share

_MOST_TERMS = 200_000
_UNSPACED = 0.01
"""Share of letters in scripts without blanks from which on their characters are counted."""
_LOOKED_AT = 2000
"""Training notes that tell the script."""


def fitted(corpus: Corpus, kind: TermKind = "auto") -> TfidfVectorizer:
    """Vocabulary and document frequencies of the training notes; see `fitted_to`."""
    return fitted_to(lambda: _texts(corpus, ["train"]), kind, "training notes", corpus.folder)


def fitted_to(texts: Callable[[], Iterable[str]], kind: TermKind, what: str, where: Path) -> TfidfVectorizer:
    """Vocabulary and document frequencies of some texts.

    Words and pairs of words in two texts at least (the commonest 200,000), logarithmic counts, rows of length one.
    Both come from the texts of all training notes, in few-shot runs too: they need no labels, and adapted models have
    read the same texts. Where the notes are in a script without blanks between words, scikit-learn's words
    would be whole sentences: runs of characters are counted there.

    Parameters
    ----------
    texts : callable
        Gives them, each time anew.
    kind : {"auto", "words", "characters"}
        What is counted; see `wardspace.config.tfidf.TfidfConfig`.
    what, where
        What they are, and the corpus that they come from, for an error.

    Raises
    ------
    WardspaceError
        If no word occurs in two of them.
    """
    counted: dict[str, Any] = {"ngram_range": (1, 2)}
    if kind == "characters":
        counted = {"analyzer": "char_wb", "ngram_range": (2, 4)}
    elif kind == "auto" and unspaced_share(islice(texts(), _LOOKED_AT)) > _UNSPACED:
        counted = {"analyzer": terms}
    vectorizer = TfidfVectorizer(**counted, min_df=2, sublinear_tf=True, max_features=_MOST_TERMS, dtype=np.float32)
    try:
        vectorizer.fit(texts())
    except ValueError as error:  # scikit-learn's word for an empty vocabulary
        raise WardspaceError(
            f"TF-IDF finds no word that is in two {what}",
            where=where,
            fix="bring more notes, or look at the cleaning steps",
        ) from error
    return vectorizer


def transformed(corpus: Corpus, vectorizer: TfidfVectorizer) -> sparse.csr_matrix:
    """TF-IDF of every note in the order of the corpus."""
    return sparse.csr_matrix(vectorizer.transform(_texts(corpus, None)))


def _texts(corpus: Corpus, splits: list[str] | None) -> Iterator[str]:
    for batch in corpus.batches(columns=["text"], splits=splits):
        yield from batch["text"].to_pylist()
