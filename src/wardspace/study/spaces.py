"""The notes a space is measured and drawn on: the same for every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import StudyConfig
from wardspace.corpus import Corpus
from wardspace.report import Map
from wardspace.space import EXACT, measures, project, sample, shifts, similarities, turned_alike
from wardspace.study.space_effects import write_effects


class SpaceNotes:
    """A seeded sample of one split's notes with their labels and metadata.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    study : StudyConfig
        Names the columns, the split and the size of the sample.
    """

    def __init__(self, corpus: Corpus, study: StudyConfig) -> None:
        self.config = study.space
        self.report = study.report
        roles = corpus.manifest.roles
        names = study.space.columns or [*roles["labels"], *roles["metadata"]]
        table = corpus.table(["patient_id", "split", *names])
        split = np.asarray(table["split"].to_pylist(), dtype=object)
        rows = np.arange(len(split)) if study.space.split == "all" else np.flatnonzero(split == study.space.split)
        self.rows = rows[sample(len(rows), study.space.notes, study.space.seed)]
        chosen = table.take(self.rows)
        self.groups: list[str] = chosen["patient_id"].to_pylist()
        self.columns: dict[str, list[str | None]] = {name: chosen[name].to_pylist() for name in names}
        self._first: NDArray[np.float32] | None = None

    def measured(
        self, model: str, vectors: NDArray[np.float32], effects: Path, base: NDArray[np.float32] | None = None
    ) -> dict[str, Any]:
        """Every measure of a model's space, and what moved from `base`, as plain records.

        Parameters
        ----------
        model : str
            Name of the model.
        vectors : float32 array
            Its vectors of all notes of the corpus.
        effects : Path
            Where to write how each patient moves what was measured.
        base : float32 array, optional
            The base's vectors, for an adapted model.
        """
        own = vectors[self.rows]
        groups = np.asarray(self.groups, dtype=object)
        found = measures(own, self.columns, model=model, config=self.config, groups=groups)
        moved = [] if base is None else shifts(base[self.rows], own, self.columns, model=model)
        write_effects(effects, self.groups, found, moved)
        return {
            "scores": [asdict(one.score) for one in found],
            "shifts": [asdict(one.shift) for one in moved],
        }

    def similar(self, vectors: Mapping[str, NDArray[np.float32]]) -> list[dict[str, Any]]:
        """How alike every two spaces are, as plain records."""
        drawn = self.rows[sample(len(self.rows), max(self.config.queries, EXACT), self.config.seed, "similarity")]
        own = {name: one[drawn] for name, one in vectors.items()}
        return [asdict(one) for one in similarities(own, self.config.seed)]

    def map(self, vectors: NDArray[np.float32]) -> Map:
        """The space in two dimensions, with the values that colour it."""
        method, seed = self.report.map, self.config.seed
        drawn = sample(len(self.rows), self.report.map_notes, seed)
        # principal components are those of all notes; UMAP, which compares pairs, lays out what is drawn alone
        laid = drawn if method == "umap" else np.arange(len(self.rows))
        xy, explained = project(vectors[self.rows[laid]], seed, method)
        if self._first is None:
            self._first = xy
        xy = turned_alike(xy, self._first, method)
        columns = {name: [values[row] for row in drawn] for name, values in self.columns.items()}
        caption = f"UMAP by cosine, seed {seed}" if method == "umap" else None
        return Map(xy if method == "umap" else xy[drawn], columns, explained, caption)
