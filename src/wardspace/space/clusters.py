"""How well classes stand apart as clusters of the unit sphere."""

from __future__ import annotations

import numpy as np
from sklearn import config_context
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score, v_measure_score

from wardspace.space.unit import Codes, Floats

INITS = 8
"""Starts of k-means; the one with the least inertia is kept."""


def silhouette(units: Floats, codes: Codes) -> float:
    """Mean silhouette with cosine distance (1 − cosine); higher is better.

    Rousseeuw (1987), J. Comput. Appl. Math. 20. Between −1 and 1; 0 where classes overlap.
    """
    # scikit-learn compares rows in blocks of this many megabytes; its default holds all pairs of 5,000 notes at once
    with config_context(working_memory=32):
        return float(silhouette_score(units, codes, metric="cosine"))


def davies_bouldin(units: Floats, codes: Codes) -> float:
    """Davies–Bouldin index with Euclidean distance on unit vectors; lower is better, 0 at best.

    Davies and Bouldin (1979), IEEE TPAMI 1.
    """
    return float(davies_bouldin_score(units, codes))


def calinski_harabasz(units: Floats, codes: Codes) -> float:
    """Calinski–Harabasz index with Euclidean distance on unit vectors; higher is better.

    Calinski and Harabasz (1974), Commun. Stat. 3. It grows with the number of notes: compare it on the same notes only.
    """
    return float(calinski_harabasz_score(units, codes))


def v_measure(units: Floats, codes: Codes, seed: int = 1) -> float:
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
    """
    means = KMeans(n_clusters=len(np.unique(codes)), n_init=INITS, random_state=seed)
    # single precision halves the time and the memory; clusters need no more
    return float(v_measure_score(codes, means.fit_predict(units.astype(np.float32))))
