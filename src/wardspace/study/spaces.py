"""The notes a space is measured and drawn on: the same for every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import StudyConfig
from wardspace.corpus import Corpus
from wardspace.report import Map
from wardspace.space import EXACT, Method, measures, project, sample, shifts, similarities, turned_alike
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
        self.corpus = corpus
        self.report = study.report
        roles = corpus.manifest.roles
        every = [name for name in (*roles["labels"], *roles["metadata"]) if name not in study.text_columns]
        names = study.space.columns or every
        table = corpus.table(["patient_id", "split", *names])
        split = np.asarray(table["split"].to_pylist(), dtype=object)
        rows = np.arange(len(split)) if study.space.split == "all" else np.flatnonzero(split == study.space.split)
        self.rows = rows[sample(len(rows), study.space.notes, study.space.seed)]
        chosen = table.take(self.rows)
        self.groups: list[str] = chosen["patient_id"].to_pylist()
        self.columns: dict[str, list[str | None]] = {name: chosen[name].to_pylist() for name in names}
        self._first: dict[str, NDArray[np.float32]] = {}

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
        """The space in two dimensions, with the values that colour it.

        Principal components are those of all notes measured; UMAP, which compares pairs, lays out what is drawn alone.
        """
        drawn, seed = self._drawn, self.config.seed
        xy, explained = project(vectors[self.rows], seed)
        also = {}
        if self.report.map == "umap":
            near = project(vectors[self.rows[drawn]], seed, "umap").xy
            also[f"UMAP by cosine, seed {seed}"] = self._turned("umap", near)
        columns = {name: [values[row] for row in drawn] for name, values in self.columns.items()}
        return Map(self._turned("pca", xy)[drawn], columns, explained, also=also)

    def _turned(self, method: Method, xy: NDArray[np.float32]) -> NDArray[np.float32]:
        """A map turned the way the first one of its method lies."""
        return turned_alike(xy, self._first.setdefault(method, xy), method)

    @cached_property
    def _drawn(self) -> NDArray[np.int64]:
        """Which of the measured notes the maps show."""
        return sample(len(self.rows), self.report.map_notes, self.config.seed)

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
