"""Ways of searching: by the cosine of a model's vectors, or by counted words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from wardspace.core.progress import progress
from wardspace.models.unit_length import unit_length
from wardspace.results import SettingRecord
from wardspace.tasks.kind import Models, RunKey
from wardspace.tasks.notes import EvaluatedModel, Vectors
from wardspace.tasks.predictions import NAME, SCORED, names
from wardspace.tasks.retrieval.queries import Queries, SplitQueries
from wardspace.tasks.retrieval.ranks import Scores, ranks

RETRIEVAL = SettingRecord(name="retrieval", family="frozen", trained="nothing")
RANKED = pa.schema([pa.field("note_id", NAME, nullable=False), pa.field("ranks", pa.list_(pa.int32()), nullable=False)])
"""Columns of what is predicted of a query, by the name of its note: ranks of the notes that answer it, up to 1000."""


@dataclass(frozen=True)
class Ranking:
    """A search that can be asked.

    Attributes
    ----------
    scores : callable
        From the queries of a split to their likeness to every note searched.
    title : str
        What the progress bar says.
    about : mapping
        What results must say of it.
    """

    scores: Callable[[SplitQueries], Scores]
    title: str
    show_progress: bool
    about: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, units: SplitQueries) -> pa.Table:
        """Rank the notes for every query."""
        with progress(self.title, len(units.note_id), show=self.show_progress) as advance:
            found = ranks(self.scores(units), units.answers, len(units.searched), advance)
        return pa.table([names(units.note_id), pa.array(found, pa.list_(pa.int32()))], schema=RANKED)


@dataclass(frozen=True)
class Searching:
    """What both ways have in common: nothing is learned, so there is one run."""

    record: SettingRecord = RETRIEVAL
    models: Models = "encoders"

    def runs(self, gold: Queries) -> list[tuple[int | None, int]]:
        """One."""
        return [(None, 0)]

    def cap(self, gold: Queries) -> int | None:
        """None: it has no labels."""
        return None

    def reads(self, gold: Queries) -> NDArray[np.int64]:
        """All notes that are searched."""
        return np.unique(np.concatenate(list(gold.searched.values())))


@dataclass(frozen=True)
class CosineSearch(Searching):
    """By the cosine of the vectors of query and note."""

    def fit(
        self, model: EvaluatedModel, gold: Queries, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> Ranking:
        """Embed the queries the way the model embeds notes."""
        asked, vectors = _embedded(gold, model.load().encode), model.vectors

        def scores(units: SplitQueries) -> Scores:
            notes = vectors if len(units.searched) == len(vectors) else vectors[units.searched]
            lengths = np.sqrt(np.einsum("ij,ij->i", notes, notes))  # without a copy of all vectors
            shrink = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
            own = asked[units.split]
            return lambda some: np.asarray((own[some] @ notes.T) * shrink, dtype=np.float32)

        return Ranking(scores, f"search: {run.task}, {run.model} (queries)", show_progress)


@dataclass(frozen=True)
class TfidfSearch(Searching):
    """By TF-IDF: the features of classification, fitted on the training notes."""

    models: Models = ("tfidf",)

    def fit(
        self, model: EvaluatedModel, gold: Queries, run: RunKey, folder: Path, *, show_progress: bool = True
    ) -> Ranking:
        """Count the words of the notes."""
        texts = gold.notes

        def scores(units: SplitQueries) -> Scores:
            asked = sparse.csr_matrix(texts.vectorizer.transform(units.texts))
            by_term = sparse.csr_matrix(texts.tfidf[units.searched].T)
            return lambda some: np.asarray((asked[some] @ by_term).toarray(), dtype=np.float32)

        about = {"terms": texts.tfidf.shape[1]}
        return Ranking(scores, f"search: {run.task}, {run.model} (queries)", show_progress, about)


def _embedded(queries: Queries, embed: Callable[[Sequence[str]], Vectors]) -> dict[str, Vectors]:
    """Unit vectors of the queries of each split; a text that is asked twice is embedded once."""
    place = {text: i for i, text in enumerate(dict.fromkeys(text for split in SCORED for text in queries.texts[split]))}
    units = unit_length(embed(list(place)))
    return {split: units[[place[text] for text in queries.texts[split]]] for split in SCORED}
