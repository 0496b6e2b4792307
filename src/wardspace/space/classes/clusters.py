"""How well classes stand apart as clusters of the unit sphere."""

from __future__ import annotations

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import davies_bouldin_score, v_measure_score

from wardspace.space.classes.separation import variance_explained
from wardspace.space.estimate import Estimate, mean
from wardspace.space.unit import Codes, Floats, class_sums

INITS = 8
"""Starts of k-means."""
_CELLS = 2**22
"""Most distances of notes to classes held at once."""


def silhouette(units: Floats, codes: Codes) -> Estimate:
    """Mean silhouette with cosine distance (1 − cosine); higher is better.

    Rousseeuw (1987), J. Comput. Appl. Math. 20. Between −1 and 1; 0 where classes overlap. Notes alone in their class
    count as 0. Cosine distance is linear in either note, so the mean distance to a class is that to its mean vector:
    exact without comparing pairs. Its effects hold the classes that a note is compared with as they are.
    """
    sums, counts = class_sums(units, codes)
    size = max(1, _CELLS // len(counts))
    parts = [slice(start, start + size) for start in range(0, len(units), size)]
    return mean(np.concatenate([_silhouettes(units[part], codes[part], sums, counts) for part in parts]))


def _silhouettes(units: Floats, codes: Codes, sums: Floats, counts: Codes) -> Floats:
    """Silhouette of each of some notes, by the sums and sizes of all classes."""
    rows = np.arange(len(units))
    distances = 1 - units @ (sums / counts[:, None]).T
    # the distance of a note to itself is no part of its class's mean
    itself = 1 - np.square(units).sum(axis=1)
    others = np.maximum(counts[codes] - 1, 1)
    inside = (distances[rows, codes] * counts[codes] - itself) / others
    distances[rows, codes] = np.inf
    outside = distances.min(axis=1)
    larger = np.maximum(inside, outside)
    values = np.zeros(len(units))
    np.divide(outside - inside, larger, out=values, where=(larger > 0) & (counts[codes] > 1))
    return values


def davies_bouldin(units: Floats, codes: Codes) -> Estimate:
    """Davies–Bouldin index with Euclidean distance on unit vectors; lower is better, 0 at best.

    Davies and Bouldin (1979), IEEE TPAMI 1.
    """
    return Estimate(float(davies_bouldin_score(units, codes)))


def calinski_harabasz(units: Floats, codes: Codes) -> Estimate:
    """Calinski–Harabasz index with Euclidean distance on unit vectors; higher is better.

    Calinski and Harabasz (1974), Commun. Stat. 3. It grows with the number of notes: compare it on the same notes only.
    It is PERMANOVA's pseudo-F, see `variance_explained`.
    """
    share = variance_explained(units, codes)
    k = len(np.unique(codes))
    left = 1 - share.value
    freedom = (len(units) - k) / (k - 1)
    if left <= 0 or freedom <= 0:
        return Estimate(1.0)  # as scikit-learn has it where nothing varies within classes
    return share.through(freedom * share.value / left, freedom / left**2)


def v_measure(units: Floats, codes: Codes, seed: int = 1, starts: int = INITS) -> Estimate:
    """V-measure of k-means clusters against the classes, with k the number of classes; higher is better.

    Rosenberg and Hirschberg (2007), EMNLP-CoNLL: the harmonic mean of homogeneity and completeness, between 0 and 1.

    Parameters
    ----------
    units : float64 array of shape (n, d)
        Rows of length one.
    codes : int array of shape (n,)
        Class of each row, 0 to k − 1.
    seed : int
        Seed of the starts of k-means.
    starts : int
        How many; the one with the least inertia is kept.
    """
    # single precision halves the time and the memory; clusters need no more
    means = KMeans(n_clusters=len(np.unique(codes)), n_init=starts, random_state=seed)
    return Estimate(float(v_measure_score(codes, means.fit_predict(units.astype(np.float32)))))
