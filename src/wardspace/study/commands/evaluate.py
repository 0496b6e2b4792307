"""Score encoders on one task without a study file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig, ReportConfig, RetrievalConfig
from wardspace.corpus import Corpus
from wardspace.evaluation import score_predictions
from wardspace.models import Encoder
from wardspace.results import Difference, Score
from wardspace.tasks import (
    frozen_predictions,
    labelled,
    read_queries,
    retrieval_predictions,
    tfidf_features,
    tfidf_predictions,
    tfidf_retrieval,
)
from wardspace.tasks.scoring import task_metrics


def evaluate(
    corpus: Corpus,
    models: Mapping[str, Encoder],
    task: ClassificationConfig | RetrievalConfig,
    report: ReportConfig | None = None,
) -> tuple[list[Score], list[Difference]]:
    """Score frozen encoders and TF-IDF on one task.

    Parameters
    ----------
    corpus : Corpus
        The notes, split.
    models : mapping of str to Encoder
        Encoders by name; `base` is the one that the others are compared with.
    task : ClassificationConfig or RetrievalConfig
        The label, the probes and the shots; or the queries.
    report : ReportConfig, optional
        Kind of interval, resamples, confidence and seed.

    Returns
    -------
    scores : list of Score
        One record per model, setting, shots, seed and metric.
    differences : list of Difference
        Paired over the same test notes.

    Raises
    ------
    WardspaceError
        If the label cannot be learned from this corpus, or there are too few queries.

    Examples
    --------
    >>> from wardspace import Corpus, Encoder, evaluate  # doctest: +SKIP
    >>> from wardspace.config import ClassificationConfig  # doctest: +SKIP
    >>> task = ClassificationConfig(name="specialty", label="specialty")  # doctest: +SKIP
    >>> evaluate(Corpus.open("runs/demo/corpus"), {"base": Encoder.load("minilm")}, task)  # doctest: +SKIP
    """
    vectors = partial(_vectors, corpus)
    classes: tuple[str, ...] = ()
    if isinstance(task, RetrievalConfig):
        queries = read_queries(corpus, task)
        tables = [tfidf_retrieval(corpus, queries, task)]
        for name, one in models.items():
            tables.append(retrieval_predictions(vectors(one), queries, task, model=name, embed=one.encode))
    else:
        labels = labelled(corpus, task)
        classes = labels.classes
        words = cache(partial(tfidf_features, corpus))
        tables = [tfidf_predictions(corpus, labels, task, words=words)]
        for name, one in models.items():
            tables.append(frozen_predictions(vectors(one), labels, task, model=name, words=words))
    judged = score_predictions(
        pa.concat_tables(tables), {task.name: task_metrics(task, classes)}, report or ReportConfig()
    )
    return judged.scores, judged.differences


def _vectors(corpus: Corpus, encoder: Encoder) -> NDArray[np.float32]:
    return np.concatenate([encoder.encode(one.column("text").to_pylist()) for one in corpus.batches(["text"])])
