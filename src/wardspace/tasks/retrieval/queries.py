"""The queries of a retrieval task: which notes ask, and which notes answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import RetrievalConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import derive
from wardspace.tasks.columns import filled, objects
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import NAME, SCORED, names

NO_QUERY = -1
"""Code of a note without a query."""
FEWEST = 2
"""Queries below which a split says nothing."""


@dataclass(frozen=True)
class Queries:
    """Queries of a task, in the order of the corpus.

    Attributes
    ----------
    note_id, group : str [n]
        Name of each note of the corpus and its patient.
    codes : int64 [n]
        Number of each note's query; notes with the same text, case aside, have the same; -1 for none.
    searched : dict of int64 [candidates]
        Rows that are ranked for the queries of a split, rising.
    asked : dict of int64 [queries]
        Rows whose queries are asked in a split, rising.
    texts : dict of list of str
        Their texts, for encoders alone: no file outside the corpus holds them.
    notes : Texts
        The notes themselves.
    warnings : tuple of str
        What was left out, in words.
    """

    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    codes: NDArray[np.int64]
    searched: Mapping[str, NDArray[np.int64]]
    asked: Mapping[str, NDArray[np.int64]]
    texts: Mapping[str, Sequence[str]]
    notes: Texts
    warnings: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    def answers(self, split: str) -> list[NDArray[np.int64]]:
        """Places among the searched notes of those that answer each query of a split."""
        codes = self.codes[self.searched[split]]
        order = np.argsort(codes, kind="stable")
        wanted = self.codes[self.asked[split]]
        starts, ends = (np.searchsorted(codes[order], wanted, side=side) for side in ("left", "right"))
        return [order[start:end] for start, end in zip(starts, ends, strict=True)]

    def units(self, split: str) -> SplitQueries:
        """The queries that are asked in a split."""
        rows = self.asked[split]
        return SplitQueries(split, self.note_id[rows], self.texts[split], self.searched[split], self.answers(split))

    def truth(self, split: str) -> pa.Table:
        """Patient of each query, how many notes answer it, and among how many."""
        rows, answers = self.asked[split], self.answers(split)
        columns = [
            names(self.note_id[rows]),
            names(self.group[rows]),
            pa.array([len(one) for one in answers], pa.int32()),
            pa.array([len(self.searched[split])] * len(rows), pa.int32()),
        ]
        return pa.table(columns, schema=TRUTH)


class SplitQueries(NamedTuple):
    """The queries of a split, as a search is asked them."""

    split: str
    note_id: NDArray[np.object_]
    """The note that each query is of."""
    texts: Sequence[str]
    """Their texts."""
    searched: NDArray[np.int64]
    """Rows of the notes that are ranked."""
    answers: Sequence[NDArray[np.int64]]
    """Places among these of the notes that answer each query."""


TRUTH = pa.schema(
    [
        pa.field("note_id", NAME, nullable=False),
        pa.field("group", NAME, nullable=False),
        pa.field("relevant", pa.int32(), nullable=False),
        pa.field("candidates", pa.int32(), nullable=False),
    ]
)
"""Columns that say what is right of a query, by the name of its note: `relevant` of `candidates` notes answer it."""


def read_queries(notes: Texts, task: RetrievalConfig) -> Queries:
    """Read the queries of a task.

    Raises
    ------
    WardspaceError
        If validation or test has fewer than two queries, or every note searched answers the same one.
    """
    table = notes.corpus.table(columns=["note_id", "patient_id", "split", task.query])
    texts, split, note_id = filled(table[task.query]), objects(table["split"]), objects(table["note_id"])
    codes = _codes(texts)
    every = np.arange(len(codes))
    searched = {one: every if task.among == "all" else np.flatnonzero(split == one) for one in SCORED}
    asked = {one: np.flatnonzero((split == one) & (codes != NO_QUERY)) for one in SCORED}
    for one in SCORED:
        _check(task, one, len(asked[one]), codes[searched[one]])
    asked = {one: _drawn(rows, note_id, task) for one, rows in asked.items()}
    return Queries(
        note_id,
        objects(table["patient_id"]),
        codes,
        searched,
        asked,
        {one: [str(text) for text in texts[rows]] for one, rows in asked.items()},
        notes,
        _warnings(task, codes),
    )


def _codes(texts: NDArray[np.object_]) -> NDArray[np.int64]:
    numbers: dict[str, int] = {}
    folded = (None if text is None else text.casefold() for text in texts)
    found = [NO_QUERY if text is None else numbers.setdefault(text, len(numbers)) for text in folded]
    return np.array(found, dtype=np.int64)


def _drawn(rows: NDArray[np.int64], names: NDArray[np.object_], task: RetrievalConfig) -> NDArray[np.int64]:
    """At most so many rows as the task asks for: the first by a hash, so that a note more changes one at most."""
    if task.queries is None or task.queries >= len(rows):
        return rows
    keys = [derive("queries", task.seed, str(names[row])) for row in rows]
    return np.sort(rows[np.argsort(np.array(keys, dtype=np.int64), kind="stable")[: task.queries]])


def _check(task: RetrievalConfig, split: str, queries: int, searched: NDArray[np.int64]) -> None:
    where = f"query {task.query}"
    if queries < FEWEST:
        raise WardspaceError(
            f"task {task.name}: {queries or 'no'} note{'s' * (queries != 1)} of the {split} split "
            f"{'has' if queries == 1 else 'have'} a query, {FEWEST} are needed",
            where=where,
            fix="choose a column that is filled in, or bring more notes",
        )
    if len(np.unique(searched)) < FEWEST:
        raise WardspaceError(
            f"task {task.name}: all notes searched for queries of the {split} split have the same query, so that every "
            "ranking is right",
            where=where,
            fix="choose a column that distinguishes notes, or set tasks.N.among: all",
        )


def _warnings(task: RetrievalConfig, codes: NDArray[np.int64]) -> tuple[str, ...]:
    without = int(np.count_nonzero(codes == NO_QUERY))
    if not without:
        return ()
    return (f"{without:,} of {len(codes):,} notes have no {task.query}: they are searched, and ask nothing.",)
