"""Score encoders on one task without a study file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ReportConfig, TaskSection
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation import score_predictions
from wardspace.models import Encoder
from wardspace.results import Difference, Score
from wardspace.tasks import EvaluatedModel, Setting, Texts, kind_of, no_model, predict
from wardspace.tasks.columns import objects


def evaluate(
    corpus: Corpus,
    models: Mapping[str, Encoder],
    task: TaskSection,
    report: ReportConfig | None = None,
) -> tuple[list[Score], list[Difference]]:
    """Score frozen encoders and TF-IDF on one task.

    Parameters
    ----------
    corpus : Corpus
        The notes, split.
    models : mapping of str to Encoder
        Encoders by name; `base` is the one that the others are compared with.
    task : TaskSection
        The task, as a `ClassificationConfig` or `RetrievalConfig`. Settings that train the model are left out.
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
    kind = kind_of(task)
    gold = kind.gold(Texts(corpus), task, SPLITS)
    frozen = [one for one in kind.settings(task) if one.record.trained in ("nothing", "head")]
    split = objects(corpus.table(["split"])["split"])
    tables = []
    with TemporaryDirectory() as folder:
        for name in dict.fromkeys(name for one in frozen for name in _models(one, models)):
            own = [one for one in frozen if name in _models(one, models)]
            model = no_model(name)
            if name in models:
                encoder = models[name]
                model = EvaluatedModel(name, partial(_vectors, corpus, encoder), partial(_same, encoder), split)
            tables.append(predict(own, model, gold, task.name, Path(folder)))
    scored = {task.name: kind.scored(task, gold.classes)}
    judged = score_predictions(pa.concat_tables(tables), scored, report or ReportConfig())
    return judged.scores, judged.differences


def _models(setting: Setting[Any], models: Mapping[str, Encoder]) -> list[str]:
    return list(setting.models) if isinstance(setting.models, tuple) else list(models)


def _same(encoder: Encoder) -> Encoder:
    return encoder


def _vectors(corpus: Corpus, encoder: Encoder) -> NDArray[np.float32]:
    return np.concatenate([encoder.encode(one.column("text").to_pylist()) for one in corpus.batches(["text"])])
