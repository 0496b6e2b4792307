"""All measures of a space, for every label and metadata column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import SpaceConfig
from wardspace.core.seeds import generator
from wardspace.results import SpaceScore
from wardspace.space.alignment import alignment, uniformity
from wardspace.space.classes.classes import Classes, classes
from wardspace.space.classes.clusters import INITS, calinski_harabasz, davies_bouldin, silhouette, v_measure
from wardspace.space.classes.cosine import cosine_between, cosine_within, mean_cosine
from wardspace.space.classes.separation import permutation_test, variance_explained
from wardspace.space.estimate import Estimate, mean
from wardspace.space.neighbours.neighbours import antihubs, hubness
from wardspace.space.neighbours.search import Search, search
from wardspace.space.score import DIRECTIONS, Measured
from wardspace.space.spectrum import effective_rank, isoscore, spectrum
from wardspace.space.unit import Floats, unit_norm

_FEWER_INITS = 2
"""Starts of k-means where there are many notes."""


def sample(n: int, limit: int | None, seed: int, of: str = "space") -> NDArray[np.int64]:
    """Indices of at most `limit` of `n` notes in their order, the same for every model of the same corpus."""
    if limit is None or n <= limit:
        return np.arange(n)
    return np.sort(generator(of, seed).choice(n, size=limit, replace=False))


def measures(
    vectors: NDArray[np.floating],
    columns: Mapping[str, Sequence[str | None] | NDArray[Any]],
    *,
    model: str,
    config: SpaceConfig,
    groups: Sequence[str] | NDArray[Any] | None = None,
) -> list[Measured]:
    """Measure a space as a whole and by each column.

    Parameters
    ----------
    vectors : array of shape (n, d)
        Embeddings; scaled to length one here.
    columns : mapping of str to sequence of n values
        Labels and metadata. Notes without a value (None) are left out, and so do classes of a single note; a column
        with fewer than two classes left is skipped.
    model : str
        Name of the model.
    config : SpaceConfig
        `columns` picks columns (empty takes all), `notes` caps the notes measured, `queries` those that are compared
        with all others, `permutations` counts deals of the labels, `seed` draws them all and starts k-means.
    groups : sequence of n values, optional
        Patient of each note, see `search` and `permutation_test`.

    Returns
    -------
    list of Measured
        The space as a whole first (column `*`), then column by column.

    Raises
    ------
    ModelError
        If an embedding is not finite.
    ValueError
        If lengths differ or fewer than two notes are given.
    """
    kept = sample(len(vectors), config.notes, config.seed)
    units = unit_norm(np.asarray(vectors)[kept], model=model)
    owners = None if groups is None else as_column(groups, len(vectors), "groups")[kept]
    named = {name: as_column(columns[name], len(vectors), name)[kept] for name in config.columns or list(columns)}
    by_column = {name: one for name, values in named.items() if (one := classes(values)).rows.size}
    space = _Space(units, owners, by_column, config)
    found = []
    for column, measure, estimate, p in space.all():
        n = len(units) if column == "*" else len(by_column[column].rows)
        score = SpaceScore(
            model=model, column=column, measure=measure, value=estimate.value, better=DIRECTIONS[measure],
            n=n, error=estimate.error, p=p,
        )  # fmt: skip
        found.append(Measured(score, estimate.effects))
    return found


def as_column(values: Sequence[Any] | NDArray[Any], n: int, name: str) -> NDArray[Any]:
    """Values as an array of objects, of which there must be `n`."""
    if len(values) != n:
        raise ValueError(f"{name}: {len(values)} values for {n} vectors")
    column = np.empty(n, dtype=object)
    column[:] = values
    return column


class _Space:
    """The vectors of one model with one search among them."""

    def __init__(
        self, units: Floats, owners: NDArray[Any] | None, columns: dict[str, Classes], config: SpaceConfig
    ) -> None:
        self.units, self.columns, self.config = units, columns, config
        self.owners = None if owners is None else np.unique(owners, return_inverse=True)[1]
        self.spectrum = spectrum(units)
        # a column that most notes lack is searched by itself: few of the queries would have a label of it
        full = {name: one.spread(len(units)) for name, one in columns.items() if 2 * len(one.rows) >= len(units)}
        self.search = self._search(units, full, self.owners)

    def all(self) -> Iterator[tuple[str, str, Estimate, float | None]]:
        """Column, measure, estimate with effects on all notes, and p."""
        for measure, estimate in self._whole():
            yield "*", measure, estimate, None
        for name, one in self.columns.items():
            units = self._units(one)
            for measure, estimate in [*self._by_sums(units, one), *self._retrieved(name, one)]:
                p = self._p(units, one) if measure == "variance_explained" else None
                yield name, measure, estimate, p

    def _whole(self) -> Iterator[tuple[str, Estimate]]:
        yield "uniformity", self._spread(uniformity(self.units, self.search), self.search.queries)
        yield "mean_cosine", mean_cosine(self.units)
        yield "effective_rank", effective_rank(self.units, self.spectrum)
        yield "isoscore", isoscore(self.units, self.spectrum)
        if (self.search.nearest >= 0).any():
            yield "hubness", hubness(self.search)
            if len(self.search.queries) == len(self.units):
                yield "antihubs", antihubs(self.search)

    def _by_sums(self, units: Floats, one: Classes) -> Iterator[tuple[str, Estimate]]:
        plain = {
            "alignment": alignment,
            "cosine_within": cosine_within,
            "cosine_between": cosine_between,
            "silhouette": silhouette,
            "davies_bouldin": davies_bouldin,
            "calinski_harabasz": calinski_harabasz,
            "variance_explained": variance_explained,
        }
        for measure, of in plain.items():
            yield measure, self._spread(of(units, one.codes), one.rows)
        starts = INITS if len(units) <= self.config.queries else _FEWER_INITS
        yield "v_measure", v_measure(units, one.codes, self.config.seed, starts)

    def _retrieved(self, name: str, one: Classes) -> Iterator[tuple[str, Estimate]]:
        if name in self.search.retrieved:
            found, rows = self.search, self.search.queries
        else:
            owners = None if self.owners is None else self.owners[one.rows]
            found = self._search(self._units(one), {name: one.codes}, owners)
            rows = one.rows[found.queries]
        scores = found.retrieved[name]
        values = {
            "neighbour_purity": scores.precision,
            "mean_average_precision": scores.average_precision,
            "ndcg": scores.ndcg,
            "recall": scores.recall,
        }
        for measure, one_each in values.items():
            if not np.isnan(one_each).all():
                yield measure, self._spread(mean(one_each, population=found.notes), rows)

    def _p(self, units: Floats, one: Classes) -> float:
        drawn = sample(len(one.rows), self.config.queries, self.config.seed, "permutation")
        codes = np.unique(one.codes[drawn], return_inverse=True)[1]
        owners = None if self.owners is None else self.owners[one.rows][drawn]
        single = units[drawn].astype(np.float32)
        return permutation_test(single, codes, owners, permutations=self.config.permutations, seed=self.config.seed)

    def _search(self, units: Floats, labels: dict[str, NDArray[np.int64]], owners: NDArray[Any] | None) -> Search:
        queries = self._queries(len(units))
        # where a sample is taken anyway, single precision takes half the time
        compared = units if queries is None else units.astype(np.float32)
        return search(compared, labels, groups=owners, queries=queries)

    def _queries(self, n: int) -> NDArray[np.int64] | None:
        return None if n <= self.config.queries else sample(n, self.config.queries, self.config.seed, "queries")

    def _units(self, one: Classes) -> Floats:
        return self.units if len(one.rows) == len(self.units) else self.units[one.rows]

    def _spread(self, estimate: Estimate, rows: NDArray[np.int64]) -> Estimate:
        """The estimate with its effects laid out over all notes."""
        if estimate.effects is None:
            return estimate
        every = np.zeros(len(self.units))
        every[rows] = estimate.effects
        return Estimate(estimate.value, every, estimate.error)
