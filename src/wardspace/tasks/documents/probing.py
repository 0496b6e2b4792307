"""Predictions from frozen vectors: what a model's space offers to a classifier that cannot change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from wardspace.config import BESIDE, ClassificationConfig
from wardspace.core.progress import Advance, progress
from wardspace.tasks.documents.hybrid_features import beside
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.runs import LogisticRuns
from wardspace.tasks.predictions import RunKey, gathered, prediction_rows
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.private import fit_private, unit_length
from wardspace.tasks.probes.scaling import Scaling


def frozen_predictions(
    vectors: NDArray[np.float32],
    labelled: Labelled,
    task: ClassificationConfig,
    *,
    model: str,
    words: Callable[[], sparse.csr_matrix] | None = None,
    read: NDArray[np.int64] | None = None,
    show_progress: bool = True,
) -> pa.Table:
    """Predict validation and test from vectors computed once.

    The task's probes on all labels (the logistic one and `words_beside` once, the others with each seed), and the
    logistic probe, and `words_beside` where it is asked for, on the few-shot subsets. The vectors are scaled by the
    training notes of the corpus, labelled or not, but for private probes, which may not know them.

    Parameters
    ----------
    vectors : float32 [n, d]
        One vector a note, in the order of the corpus.
    labelled : Labelled
        The task's notes.
    task : ClassificationConfig
        Probes, shots, subsets and seeds.
    model : str
        Name of the model in the table.
    words : callable, optional
        Gives TF-IDF of every note (see `wardspace.tasks.tfidf.tfidf_features`); called for `words_beside` alone.
    read : int64 [m], optional
        Rows that have a vector, where that is not all: the probes must need no others (see
        `wardspace.tasks.runs.read_rows`), and scale by the training notes among them.
    show_progress : bool
        Show a bar.

    Returns
    -------
    pyarrow.Table
        Of `wardspace.tasks.predictions.SCHEMA`.

    Raises
    ------
    ValueError
        If there is not one finite vector for each note of the corpus, or `words_beside` is given no words.
    """
    _check(vectors, labelled, model)
    known = np.arange(len(vectors)) if read is None else read
    scaled = Scaling.of(vectors[known[labelled.split[known] == "train"]]).apply(vectors)
    logistic = LogisticRuns(scaled, labelled, task, model)
    seeds = range(task.seeds if "head" in task.probes else 0)
    private = [probe for probe in task.probes if probe.startswith("private")]
    few = len(task.shots) * task.subsets
    total = ("logistic" in task.probes) + len(seeds) + len(private) * task.seeds + few
    total += (BESIDE in task.probes) * (1 + few)
    runs: list[pa.Table] = []
    spent: list[dict[str, Any]] = []
    with progress(f"probes: {task.name}, {model}", total, show=show_progress) as advance:
        if "logistic" in task.probes:
            runs.append(logistic.on_all_labels())
            advance()
        for seed in seeds:
            runs.append(_head_run(scaled, labelled, task, model, seed))
            advance()
        for probe, seed in product(private, range(task.seeds)):
            run, cost = _private_run(vectors, labelled, task, RunKey(task.name, model, probe, None, seed))
            runs.append(run)
            spent.append(cost)
            advance()
        runs += logistic.few_shot(advance)
        if BESIDE in task.probes:
            runs += _beside_runs(scaled, words, logistic, advance)
    return gathered(runs, labelled.classes, spent=spent)


def _check(vectors: NDArray[np.float32], labelled: Labelled, model: str) -> None:
    if len(vectors) != len(labelled.codes):
        raise ValueError(f"{len(vectors)} vectors for {len(labelled.codes)} notes")
    if not np.isfinite(vectors).all():
        raise ValueError(f"vectors of {model} hold values that are not finite")


def _beside_runs(
    scaled: NDArray[np.float32],
    words: Callable[[], sparse.csr_matrix] | None,
    alone: LogisticRuns,
    advance: Advance,
) -> list[pa.Table]:
    """The runs of the logistic probe once more, with the words of the notes beside their vectors."""
    if words is None:
        raise ValueError(f"{BESIDE} needs the words of the notes")
    both = replace(alone, features=beside(scaled, words()), setting=BESIDE)
    found = [both.on_all_labels()]
    advance()
    return [*found, *both.few_shot(advance)]


def _head_run(
    scaled: NDArray[np.float32], labelled: Labelled, task: ClassificationConfig, model: str, seed: int
) -> pa.Table:
    train, validation = learned_rows(labelled, task), labelled.rows("validation")
    head, _ = fit_head(
        scaled[train],
        labelled.codes[train],
        scaled[validation],
        labelled.codes[validation],
        len(labelled.classes),
        seed=seed,
    )
    key = RunKey(task.name, model, "head", None, seed)
    return prediction_rows(labelled, key, lambda split: head_probabilities(head, scaled[labelled.rows(split)]))


def _private_run(
    vectors: NDArray[np.float32], labelled: Labelled, task: ClassificationConfig, key: RunKey
) -> tuple[pa.Table, dict[str, Any]]:
    """Predictions of a private probe, and the record of what it revealed at most."""
    rows, directions = learned_rows(labelled, task), unit_length(vectors)
    probe, spent = fit_private(
        directions[rows],
        labelled.codes[rows],
        labelled.group[rows],
        len(labelled.classes),
        kind=key.setting,
        dp=task.dp,
        seed=key.seed,
    )
    record = {"task": task.name, "model": key.model, "setting": key.setting, "seed": key.seed, **spent._asdict()}
    record |= {"unit": task.dp.unit, "clip": task.dp.clip}
    return prediction_rows(labelled, key, lambda split: probe.probabilities(directions[labelled.rows(split)])), record
