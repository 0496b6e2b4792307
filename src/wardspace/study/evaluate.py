"""Score encoders on one task without a study file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from wardspace.config import ClassificationConfig, ReportConfig
from wardspace.corpus import Corpus
from wardspace.encoders import Encoder
from wardspace.evaluation import judge
from wardspace.evaluation.results import Difference, Score
from wardspace.tasks import frozen_predictions, labelled, tfidf_predictions


def evaluate(
    corpus: Corpus,
    models: Mapping[str, Encoder],
    task: ClassificationConfig,
    report: ReportConfig | None = None,
) -> tuple[list[Score], list[Difference]]:
    """Score frozen encoders and TF-IDF on one task.

    Parameters
    ----------
    corpus : Corpus
        The notes, split.
    models : mapping of str to Encoder
        Encoders by name; `base` is the one that the others are compared with.
    task : ClassificationConfig
        The label, the probes and the shots.
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
        If the label cannot be learned from this corpus.

    Examples
    --------
    >>> from wardspace import Corpus, Encoder, evaluate  # doctest: +SKIP
    >>> from wardspace.config import ClassificationConfig  # doctest: +SKIP
    >>> task = ClassificationConfig(name="specialty", label="specialty")  # doctest: +SKIP
    >>> evaluate(Corpus.open("runs/demo/corpus"), {"base": Encoder.load("minilm")}, task)  # doctest: +SKIP
    """
    report = report or ReportConfig()
    labels = labelled(corpus, task)
    tables = [tfidf_predictions(corpus, labels, task)]
    for name, encoder in models.items():
        parts = [encoder.encode(batch.column("text").to_pylist()) for batch in corpus.batches(["text"])]
        tables.append(frozen_predictions(np.concatenate(parts), labels, task, model=name))
    judged = judge(pa.concat_tables(tables), {task.name: labels.classes}, report)
    return judged.scores, judged.differences
