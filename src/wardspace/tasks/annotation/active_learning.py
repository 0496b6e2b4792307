"""Which notes to annotate next: those that a model is unsure of, far from each other and from those it knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.models.unit_length import unit_length


def margin_uncertainty(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """One minus the distance between the two likeliest classes: 0 for a sure note, 1 where two are equally likely.

    Parameters
    ----------
    probabilities : [n, classes]
        Of each note.

    References
    ----------
    Scheffer, Decomain and Wrobel 2001, Active hidden Markov models for information extraction.
    """
    if probabilities.shape[1] < 2:
        return np.ones(len(probabilities))
    ordered = np.sort(probabilities, axis=1).astype(np.float64)
    return np.asarray(1 - (ordered[:, -1] - ordered[:, -2]))


def span_uncertainty(confidences: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """One minus the mean confidence of a note's spans; a note without any is as uncertain as the others on average.

    Parameters
    ----------
    confidences : sequence of sequence of float
        Of the spans that were found in each note.
    """
    found = np.array([1 - np.mean(one) if len(one) else np.nan for one in confidences])
    known = found[~np.isnan(found)]
    return np.where(np.isnan(found), known.mean() if len(known) else 1.0, found)


def farthest_first(
    vectors: NDArray[np.floating], count: int, weights: NDArray[np.floating], known: Sequence[int] = ()
) -> list[int]:
    """Choose notes one after the other, each time the one with the largest weight times distance.

    The distance of a note is that to the nearest note that is known or was chosen before it. With equal weights this
    is the greedy solution of k-center. Of equal notes the first is taken.

    Parameters
    ----------
    vectors : [n, d]
        Of the notes; compared by direction alone, so that distance grows with the angle.
    count : int
        Most notes to choose.
    weights : [n]
        How much each note is wanted; the uncertainty of a model. Not negative.
    known : sequence of int
        Notes that are annotated already; these are not chosen.

    Returns
    -------
    list of int
        Rows in the order in which they were chosen.

    References
    ----------
    Gonzalez 1985, Clustering to minimize the maximum intercluster distance; Sener and Savarese 2018, Active learning
    for convolutional neural networks: a core-set approach.
    """
    units = unit_length(np.asarray(vectors, dtype=np.float32))
    nearest = np.full(len(units), 2.0)  # farther than this are no two directions
    free = np.ones(len(units), dtype=bool)
    for row in known:
        _nearer(nearest, units, row)
        free[row] = False
    chosen: list[int] = []
    for _ in range(min(count, int(free.sum()))):
        row = int(np.where(free, weights * nearest, -1.0).argmax())
        chosen.append(row)
        free[row] = False
        _nearer(nearest, units, row)
    return chosen


def _nearer(nearest: NDArray[np.float64], units: NDArray[np.float32], row: int) -> None:
    """Take a note into account in the distances to the nearest."""
    distances = np.sqrt(np.maximum(2 - 2 * (units @ units[row]).astype(np.float64), 0))
    np.minimum(nearest, distances, out=nearest)
