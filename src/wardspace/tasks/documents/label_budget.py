"""The labelled training notes that a task may learn from: all of them, or the first of one seeded order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig
from wardspace.core.errors import WardspaceError
from wardspace.tasks.documents.labelled import Labelled
from wardspace.tasks.documents.subsets import by_hash, with_and_without

_SEED = 0


def learned_rows(labelled: Labelled, task: ClassificationConfig) -> NDArray[np.int64]:
    """Rows of the training notes that probes, TF-IDF and fine-tuning may learn from.

    With `labels` these are the first of one order of all labelled training notes, so that a larger cap includes a
    smaller one. The order begins with a note of each class and then keeps to the shares of classes (Sainte-Laguë:
    whoever is furthest behind comes next); within a class it uses a hash of the note's id. Where notes may have
    several labels it begins with notes that have and that lack each, the rarest label first.

    Returns
    -------
    int64 [at most labels]
        Rows in the order of the corpus.

    Raises
    ------
    WardspaceError
        If so few notes cannot hold every class.
    """
    rows = labelled.rows("train")
    if task.labels is None or task.labels >= len(rows):
        return rows
    ordered = by_hash(labelled, rows, "labels", _SEED)
    several = labelled.members
    first, rest = _single(labelled, ordered) if several is None else with_and_without(several, ordered)
    if task.labels < len(first):
        raise _too_few(task, len(first))
    return np.sort(np.concatenate([first, rest])[: task.labels])


def _single(labelled: Labelled, ordered: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One note of each class, and the others by how much of their class is before them."""
    codes = labelled.codes[ordered]
    before = np.empty(len(ordered))
    for code in range(len(labelled.classes)):
        own = np.flatnonzero(codes == code)
        before[own] = (np.arange(len(own)) + 0.5) / len(own)
    first = np.unique(codes, return_index=True)[1]
    others = np.delete(np.arange(len(ordered)), first)
    return ordered[first], ordered[others[np.argsort(before[others], kind="stable")]]


def _too_few(task: ClassificationConfig, needed: int) -> WardspaceError:
    return WardspaceError(
        f"task {task.name}: {task.labels} labelled notes cannot hold every class; it takes {needed}",
        where="tasks.N.labels",
        fix=f"set it to {needed} or more, or raise tasks.N.min_notes so that rare classes are left out",
    )
