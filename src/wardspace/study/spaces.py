"""The notes a space is measured and drawn on: the same for every model."""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
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
        self.corpus = corpus
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
        drawn = self._drawn
        columns = {name: [values[row] for row in drawn] for name, values in self.columns.items()}
        return Map(xy=xy[drawn], columns=columns, explained=explained)

    @cached_property
    def _drawn(self) -> NDArray[np.int64]:
        """Which of the measured notes the maps show."""
        return sample(len(self.rows), self.map_notes, self.config.seed)

    def texts(self, letters: int) -> list[str]:
        """Beginnings of the notes of the maps, in their order: at most so many letters of each."""
        wanted = self.rows[self._drawn]
        found: dict[int, str] = {}
        start = 0
        for batch in self.corpus.batches(["text"]):
            inside = wanted[(wanted >= start) & (wanted < start + batch.num_rows)]
            texts = batch["text"].take(pa.array(inside - start)).to_pylist()
            found |= {int(row): beginning(text, letters) for row, text in zip(inside, texts, strict=True)}
            start += batch.num_rows
        return [found[int(row)] for row in wanted]


def beginning(text: str, letters: int) -> str:
    """The first letters of a text; an ellipsis where there are more."""
    return text if len(text) <= letters else text[:letters].rstrip() + " …"
