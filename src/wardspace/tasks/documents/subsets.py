"""Few-shot subsets: seeded, the same for every model, stratified by label, each inside the next larger one."""

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

    Where notes may have several labels, see `several_few_shot`.

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
    if labelled.members is not None:
        ordered = by_hash(labelled, labelled.rows("train"), "few-shot", seed)
        return np.sort(ordered[several_few_shot(labelled.members[ordered], shots)])
    return first_by_hash(labelled, labelled.rows("train"), [shots] * len(labelled.classes), "few-shot", seed)


def several_few_shot(flags: NDArray[np.bool_], shots: int) -> NDArray[np.int64]:
    """Draw notes that may have several labels until each label has `shots` of them, and so has "no label".

    One round for each shot: the rarest label comes first, and takes the next note that has it, unless notes drawn for
    other labels have filled its quota. The first round also takes a note that lacks a label, for each label that all
    drawn notes have. So a draw of fewer shots lies within one of more.

    Parameters
    ----------
    flags : bool [n, labels]
        Which labels each note has, in the order in which notes are drawn.
    shots : int
        Notes a label; one that has fewer gives them all.

    Returns
    -------
    int64 [at most shots * (labels + 1) + labels]
        Places of the notes drawn.
    """
    groups = np.concatenate([flags, ~flags.any(axis=1, keepdims=True)], axis=1)
    taken = np.zeros(len(groups), dtype=bool)
    for wanted in range(1, shots + 1):
        for group in np.argsort(groups.sum(axis=0), kind="stable"):
            _take(taken, groups[:, group], wanted)
        if wanted == 1:
            for has in flags.T:
                _take(taken, ~has, 1)
    return np.flatnonzero(taken)


def _take(taken: NDArray[np.bool_], fitting: NDArray[np.bool_], wanted: int) -> None:
    """Take the first fitting note that is left, where fewer fitting ones than wanted are taken."""
    left = np.flatnonzero(fitting & ~taken)
    if len(left) and np.count_nonzero(fitting & taken) < wanted:
        taken[left[0]] = True


def stratified(labelled: Labelled, rows: NDArray[np.int64], notes: int) -> NDArray[np.int64]:
    """Draw at most `notes` of some training notes in the shares of their classes, at least one of each class.

    Where notes may have several labels, the first are notes that have and that lack each label.

    Returns
    -------
    int64 [about notes]
        Rows in the order of the corpus; more than `notes` only where there are more classes than that.
    """
    if notes >= len(rows):
        return rows
    if labelled.members is not None:
        first, rest = with_and_without(labelled.members, by_hash(labelled, rows, "stratified", 0))
        return np.sort(np.concatenate([first, rest])[: max(notes, len(first))])
    sizes = np.bincount(labelled.codes[rows], minlength=len(labelled.classes))
    exact = sizes * notes / len(rows)
    quota = np.maximum(np.floor(exact).astype(np.int64), 1)
    # what is left over goes to the classes that rounding down has cost most
    for code in np.argsort(np.floor(exact) - exact, kind="stable")[: max(0, notes - int(quota.sum()))]:
        quota[code] += 1
    return first_by_hash(labelled, rows, quota.tolist(), "stratified", 0)


def with_and_without(
    members: NDArray[np.bool_], ordered: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that have and that lack each label, the rarest label first; and the others in the order they came in."""
    has = members[ordered]
    chosen: list[int] = []
    for label in np.argsort(has.sum(axis=0), kind="stable"):
        for wanted in (True, False):
            fitting = np.flatnonzero(has[:, label] == wanted)
            if len(fitting) and not np.isin(fitting, chosen).any():
                chosen.append(int(fitting[0]))
    return ordered[chosen], np.delete(ordered, chosen)


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
