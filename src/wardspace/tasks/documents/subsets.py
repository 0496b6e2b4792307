"""Few-shot subsets: seeded, the same for every model, each inside the next larger one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.core.seeds import derive
from wardspace.tasks.documents.labelled import Labelled


def few_shot(labelled: Labelled, shots: int, seed: int) -> NDArray[np.int64]:
    """Draw `shots` training notes of each class.

    Notes of a class are ordered by a hash of seed and note id, and the first are taken: for one seed, a smaller
    subset lies inside a larger one, and a note added to the corpus leaves the order of the others as it was. A class
    with fewer notes gives all it has.

    Parameters
    ----------
    labelled : Labelled
        The task.
    shots : int
        Notes per class.
    seed : int
        Number of the subset.

    Returns
    -------
    int64 [at most shots * classes]
        Rows in the order of the corpus.
    """
    return first_by_hash(labelled, labelled.rows("train"), [shots] * len(labelled.classes), "few-shot", seed)


def stratified(labelled: Labelled, rows: NDArray[np.int64], notes: int) -> NDArray[np.int64]:
    """Draw at most `notes` of some training notes in the shares of their classes, at least one of each class.

    Returns
    -------
    int64 [about notes]
        Rows in the order of the corpus; more than `notes` only where there are more classes than that.
    """
    sizes = np.bincount(labelled.codes[rows], minlength=len(labelled.classes))
    if notes >= len(rows):
        return rows
    exact = sizes * notes / len(rows)
    quota = np.maximum(np.floor(exact).astype(np.int64), 1)
    # what is left over goes to the classes that rounding down has cost most
    for code in np.argsort(np.floor(exact) - exact, kind="stable")[: max(0, notes - int(quota.sum()))]:
        quota[code] += 1
    return first_by_hash(labelled, rows, quota.tolist(), "stratified", 0)


def first_by_hash(
    labelled: Labelled, rows: NDArray[np.int64], quota: list[int], purpose: str, seed: int
) -> NDArray[np.int64]:
    """The first `quota[class]` of `rows` of each class, by a hash of purpose, seed and note id."""
    ordered = by_hash(labelled, rows, purpose, seed)
    codes = labelled.codes[ordered]
    return np.sort(np.concatenate([ordered[codes == code][:size] for code, size in enumerate(quota)]))


def by_hash(labelled: Labelled, rows: NDArray[np.int64], purpose: str, seed: int) -> NDArray[np.int64]:
    """`rows` in the order of a hash of purpose, seed and note id."""
    keys = np.array([derive(purpose, seed, str(labelled.note_id[row])) for row in rows], dtype=np.int64)
    return rows[np.argsort(keys, kind="stable")]
