"""The notes a space is measured and drawn on: the same for every model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ReportConfig, StudyConfig
from wardspace.core.files import whole_file
from wardspace.corpus import Corpus
from wardspace.evaluation.space_intervals import Effects, Key, shifts_with_intervals, space_differences, with_intervals
from wardspace.report import Map
from wardspace.results import Shift, Similarity, SpaceScore
from wardspace.space import (
    EXACT,
    Measured,
    Method,
    Shifted,
    measures,
    project,
    sample,
    shifts,
    similarities,
    turned_alike,
)
from wardspace.study.run import Run
from wardspace.study.steps.embed import Embedded, measured_rows
from wardspace.study.steps.prepare import Prepared


def write_effects(path: Path, groups: Sequence[str], measured: Sequence[Measured], moved: Sequence[Shifted]) -> None:
    """Write the sums of effects over each patient's notes; no text, no ids.

    Parameters
    ----------
    path : Path
        An npz file.
    groups : sequence of n str
        Patient of each note.
    measured, moved : sequences
        What was measured, with effects on these n notes.
    """
    by_note: dict[Key, NDArray[np.float64]] = {}
    for score, effects in ((one.score, one.effects) for one in measured):
        if effects is not None:
            by_note[Key("score", score.column, score.measure)] = effects
    for shift, effects in ((one.shift, one.effects) for one in moved):
        if effects is not None:
            by_note[Key("shift", shift.column, shift.category)] = effects
    owners = np.unique(np.asarray(groups, dtype=object), return_inverse=True)[1]
    patients = int(owners.max()) + 1
    values = np.zeros((len(by_note), patients), np.float32)
    for row, effects in enumerate(by_note.values()):
        values[row] = np.bincount(owners, weights=effects, minlength=patients)
    with whole_file(path) as scratch, scratch.open("wb") as handle:
        np.savez(handle, keys=np.array([tuple(key) for key in by_note], dtype=np.str_).reshape(-1, 3), values=values)


def read_effects(path: Path) -> Effects:
    """What `write_effects` wrote."""
    with np.load(path) as held:
        keys = [Key(*(str(part) for part in key)) for key in held["keys"]]
        return Effects(keys, held["values"])


def space_results(
    measured: Mapping[str, Mapping[str, Any]],
    similar: Sequence[Mapping[str, Any]],
    effects: Mapping[str, Path],
    config: ReportConfig,
) -> dict[str, Any]:
    """The fields of the results that tell of the spaces, with intervals and paired differences."""
    draws = {name: read_effects(path).draws(config) for name, path in effects.items()}
    plain = [SpaceScore.model_validate(score) for found in measured.values() for score in found["scores"]]
    moved = [Shift.model_validate(shift) for found in measured.values() for shift in found["shifts"]]
    scores = with_intervals(plain, draws, config)
    return {
        "space": scores,
        "space_differences": space_differences(scores, draws, config),
        "similarities": [Similarity.model_validate(one) for one in similar],
        "shifts": shifts_with_intervals(moved, draws, config),
    }


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
        table = corpus.table(["patient_id", *names])
        self.rows = measured_rows(corpus, study.space)
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
            "scores": [one.score.model_dump() for one in found],
            "shifts": [one.shift.model_dump() for one in moved],
        }

    def similar(self, vectors: Mapping[str, NDArray[np.float32]]) -> list[dict[str, Any]]:
        """How alike every two spaces are, as plain records."""
        drawn = self.rows[sample(len(self.rows), max(self.config.queries, EXACT), self.config.seed, "similarity")]
        own = {name: one[drawn] for name, one in vectors.items()}
        return [one.model_dump() for one in similarities(own, self.config.seed)]

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


class Spaces(NamedTuple):
    """The shape of every model's space."""

    notes: SpaceNotes
    """The notes that were measured, to be drawn in maps."""
    records: dict[str, Any]
    """Fields of the results."""


def measure_spaces(run: Run, prepared: Prepared, embedded: Mapping[str, Embedded]) -> Spaces:
    """Measure every model's space, what moved from the base, and how alike the spaces are."""
    config, stages = run.config, run.stages
    notes = SpaceNotes(prepared.corpus, config)
    asked = config.space.model_dump(mode="json")
    effects = {name: run.folder.effects(name) for name in embedded}
    adapted = {model.name for model in config.adapt}
    measured = {}
    for name, one in embedded.items():

        def work(name: str = name, one: Embedded = one) -> dict[str, Any]:
            base = embedded["base"].vectors() if name in adapted else None
            return notes.measured(name, one.vectors(), effects[name], base)

        inputs = [one.key, embedded["base"].key, asked, *config.text_columns]
        _, measured[name] = stages.once(f"space/{name}", inputs, [effects[name]], work)

    def compare() -> list[dict[str, Any]]:
        return notes.similar({name: one.vectors() for name, one in embedded.items()})

    keys = [(name, one.key) for name, one in embedded.items()]
    _, similar = stages.once("space-similarity", [keys, asked], [], compare)
    return Spaces(notes, space_results(measured, similar, effects, config.report))
