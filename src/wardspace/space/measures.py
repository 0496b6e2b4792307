"""All measures of a space, for every label and metadata column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wardspace.config import SpaceConfig
from wardspace.core.seeds import generator
from wardspace.space.alignment import alignment, uniformity
from wardspace.space.clusters import calinski_harabasz, davies_bouldin, silhouette, v_measure
from wardspace.space.cosine import cosine_between, cosine_within
from wardspace.space.neighbours import neighbour_purity
from wardspace.space.unit import Codes, Floats, unit_norm

Direction = Literal["higher", "lower"]

DIRECTIONS: dict[str, Direction] = {
    "alignment": "lower",
    "uniformity": "lower",
    "cosine_within": "higher",
    "cosine_between": "lower",
    "silhouette": "higher",
    "davies_bouldin": "lower",
    "calinski_harabasz": "higher",
    "neighbour_purity": "higher",
    "v_measure": "higher",
}
"""Which direction of each measure is better."""


@dataclass(frozen=True)
class SpaceScore:
    """One measure of the shape of a model's space."""

    model: str
    column: str
    """Label or metadata column; `*` where the measure needs none."""
    measure: str
    value: float
    better: Direction
    n: int
    """Notes measured."""


def sample(n: int, limit: int, seed: int) -> NDArray[np.int64]:
    """Indices of at most `limit` of `n` notes in their order, the same for every model of the same corpus."""
    if n <= limit:
        return np.arange(n)
    return np.sort(generator("space", seed).choice(n, size=limit, replace=False))


def measures(
    vectors: NDArray[np.floating],
    columns: Mapping[str, Sequence[str | None] | NDArray[Any]],
    *,
    model: str,
    config: SpaceConfig,
    groups: Sequence[str] | NDArray[Any] | None = None,
) -> list[SpaceScore]:
    """Measure a space by each column.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Embeddings; scaled to length one here.
    columns : mapping of str to sequence of n values
        Labels and metadata. Notes without a value (None) stand aside, and so do classes of a single note; a column
        with fewer than two classes left is skipped.
    model : str
        Name of the model.
    config : SpaceConfig
        `columns` picks columns (empty takes all), `notes` caps the notes measured, `seed` draws them and starts
        k-means.
    groups : sequence of n values, optional
        Patient of each note, see `neighbour_purity`.

    Returns
    -------
    list of SpaceScore
        Uniformity first (column `*`), then column by column.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    ValueError
        If lengths differ or fewer than two notes are given.
    """
    kept = sample(len(vectors), config.notes, config.seed)
    units = unit_norm(np.asarray(vectors)[kept], model=model)
    owners = None if groups is None else _column(groups, len(vectors), "groups")[kept]
    found = [SpaceScore(model, "*", "uniformity", uniformity(units), "lower", len(units))]
    for name in config.columns or list(columns):
        values = _column(columns[name], len(vectors), name)[kept]
        rows, codes = classes(values)
        if rows.size:
            picked = None if owners is None else owners[rows]
            values_of = _by_label(units[rows], codes, picked, config.seed)
            found += [SpaceScore(model, name, key, value, DIRECTIONS[key], len(rows)) for key, value in values_of]
    return found


def classes(values: NDArray[Any]) -> tuple[NDArray[np.int64], Codes]:
    """Rows whose class has at least two notes, and their class codes; empty where fewer than two classes are left."""
    known = np.flatnonzero([value is not None for value in values])
    names, codes, counts = np.unique(values[known].astype(str), return_inverse=True, return_counts=True)
    large = counts >= 2
    if known.size == 0 or large.sum() < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    renumbered = np.full(len(names), -1)
    renumbered[large] = np.arange(large.sum())
    new = renumbered[codes]
    return known[new >= 0], new[new >= 0]


def _by_label(units: Floats, codes: Codes, groups: NDArray[Any] | None, seed: int) -> list[tuple[str, float]]:
    plain: dict[str, Callable[[Floats, Codes], float]] = {
        "alignment": alignment,
        "cosine_within": cosine_within,
        "cosine_between": cosine_between,
        "silhouette": silhouette,
        "davies_bouldin": davies_bouldin,
        "calinski_harabasz": calinski_harabasz,
    }
    found = [(name, measure(units, codes)) for name, measure in plain.items()]
    if groups is None or len(np.unique(groups)) > 1:
        found.append(("neighbour_purity", neighbour_purity(units, codes, groups)))
    found.append(("v_measure", v_measure(units, codes, seed)))
    return found


def _column(values: Sequence[Any] | NDArray[Any], n: int, name: str) -> NDArray[Any]:
    if len(values) != n:
        raise ValueError(f"{name}: {len(values)} values for {n} vectors")
    column = np.empty(n, dtype=object)
    column[:] = values
    return column
