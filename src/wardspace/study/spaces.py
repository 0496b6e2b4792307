"""The notes a space is measured and drawn on: the same for every model."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.config import StudyConfig
from wardspace.corpus import Corpus
from wardspace.report import Map
from wardspace.space import measures, project, sample


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
        self.map_notes = study.report.map_notes
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

    def measured(self, model: str, vectors: NDArray[np.float32]) -> list[dict[str, Any]]:
        """Every measure of a model's space, as plain records."""
        columns = {name: np.asarray(values, dtype=object) for name, values in self.columns.items()}
        groups = np.asarray(self.groups, dtype=object)
        found = measures(vectors[self.rows], columns, model=model, config=self.config, groups=groups)
        return [asdict(score) for score in found]

    def map(self, vectors: NDArray[np.float32]) -> Map:
        """The space in two dimensions, with the values that colour it."""
        xy, explained = project(vectors[self.rows], self.config.seed)
        if self._first is None:
            self._first = xy
        # the sign of a component is arbitrary: each map is turned the way the first one lies, so that eyes can compare
        xy = xy * np.where((xy * self._first).sum(axis=0) < 0, -1, 1).astype(np.float32)
        drawn = sample(len(self.rows), self.map_notes, self.config.seed)
        columns = {name: [values[row] for row in drawn] for name, values in self.columns.items()}
        return Map(xy=xy[drawn], columns=columns, explained=explained)
