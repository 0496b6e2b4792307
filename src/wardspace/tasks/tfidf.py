"""The baseline without any language model: TF-IDF of words and word pairs, and logistic regression."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from wardspace.config import ClassificationConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.runs import LogisticRuns
from wardspace.tasks.predictions import gathered

_MOST_TERMS = 200_000


def tfidf_predictions(
    corpus: Corpus,
    labelled: Labelled,
    task: ClassificationConfig,
    *,
    words: Callable[[], sparse.csr_matrix] | None = None,
    show_progress: bool = True,
) -> pa.Table:
    """Predict validation and test from word counts, as the model `tfidf`.

    Words and pairs of words in two training notes at least (the commonest 200,000), logarithmic counts, rows of
    length one. Vocabulary and document frequencies come from the texts of all training notes, in the few-shot runs
    too: they need no labels, and the adapted models have read the same texts. The classifier is the logistic
    probe of the frozen vectors.

    Parameters
    ----------
    corpus, labelled, task
        Notes, their classes, shots and subsets.
    words : callable, optional
        Gives `tfidf_features` of the corpus where others read them too; else they are worked out here.
    show_progress : bool
        Show a bar.

    Returns
    -------
    pyarrow.Table
        Of `wardspace.tasks.predictions.SCHEMA`; `terms_of` gives the number of terms.

    Raises
    ------
    WardspaceError
        If no word stands in two training notes.
    """
    with progress(f"TF-IDF: {task.name}", 2 + len(task.shots) * task.subsets, show=show_progress) as advance:
        features = tfidf_features(corpus) if words is None else words()
        advance()
        logistic = LogisticRuns(features, labelled, task, "tfidf")
        runs = [logistic.on_all_labels()]
        advance()
        runs += logistic.few_shot(advance)
    return gathered(runs, labelled.classes, terms=features.shape[1])


def tfidf_features(corpus: Corpus) -> sparse.csr_matrix:
    """TF-IDF of every note in the order of the corpus, fitted on the training notes; texts are read in batches.

    Returns
    -------
    csr_matrix, float32 [n, terms]
    """
    return transformed(corpus, fitted(corpus))


def fitted(corpus: Corpus) -> TfidfVectorizer:
    """Vocabulary and document frequencies of the training notes; see `tfidf_predictions`."""
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, max_features=_MOST_TERMS, dtype=np.float32
    )
    try:
        vectorizer.fit(_texts(corpus, ["train"]))
    except ValueError as error:  # scikit-learn's word for an empty vocabulary
        raise WardspaceError(
            "TF-IDF finds no word that stands in two training notes",
            where=corpus.folder,
            fix="bring more notes, or look at the cleaning steps",
        ) from error
    return vectorizer


def transformed(corpus: Corpus, vectorizer: TfidfVectorizer) -> sparse.csr_matrix:
    """TF-IDF of every note in the order of the corpus."""
    return sparse.csr_matrix(vectorizer.transform(_texts(corpus, None)))


def _texts(corpus: Corpus, splits: list[str] | None) -> Iterator[str]:
    for batch in corpus.batches(columns=["text"], splits=splits):
        yield from batch["text"].to_pylist()
