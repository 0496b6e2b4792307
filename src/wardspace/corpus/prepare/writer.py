"""The second pass: notes with their splits, written and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from wardspace.core.progress import progress
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.parts import ContentHash, PartsWriter
from wardspace.corpus.prepare.rejects import Fault, Rejects
from wardspace.corpus.prepare.spool import read_spool
from wardspace.corpus.prepare.statistics import Categories, TextStatistics
from wardspace.corpus.schema import FILE, ROW, TOKENS, Roles, note_schema


class Output:
    """Writes the notes of a spool, each with its split, and counts what it writes.

    Parameters
    ----------
    roles : Roles
        Which columns there are.
    span_types : dict of SpanTypes
        Types of the columns of spans.
    statistics : TextStatistics
        Counts words and tokens.
    """

    def __init__(self, roles: Roles, span_types: dict[str, SpanTypes], statistics: TextStatistics) -> None:
        self._roles, self._span_types = roles, span_types
        self._schema = note_schema(roles, {name: types.type for name, types in span_types.items()})
        self._hash = ContentHash(self._schema.names)
        self.statistics = statistics
        self.categories = Categories(roles.categories)
        self.splits: Counter[str] = Counter()
        self.parts: list[str] = []
        self.renamed: Mapping[str, str] = {}
        """New names of patients that are no longer called as in the spool."""

    @property
    def content_hash(self) -> str:
        """Hash of what was written."""
        return self._hash.hexdigest()

    def write(
        self, spool: Path, fates: Iterator[str | Fault], folder: Path, rejects: Rejects, *, total: int, show: bool
    ) -> None:
        """Write all notes to `folder`, each to the split that is its fate; those with a fault go to the rejects."""
        with (
            progress("writing the corpus (notes)", total, show=show) as advance,
            PartsWriter(folder, self._schema, self._roles) as writer,
        ):
            for batch in read_spool(spool):
                assigned = list(islice(fates, batch.num_rows))
                _reject(batch, assigned, rejects)
                kept = batch.filter(pa.array([isinstance(fate, str) for fate in assigned]))
                if kept.num_rows:
                    splits = [fate for fate in assigned if isinstance(fate, str)]
                    writer.write(self._finished(kept, splits))
                advance(batch.num_rows)
        self.parts = writer.names

    def _finished(self, notes: pa.RecordBatch, splits: list[str]) -> pa.RecordBatch:
        """Notes of the spool as notes of the corpus; counted on the way."""
        values: dict[str, list[Any]] = {
            name: splits if name == "split" else notes[name].to_pylist() for name in self._schema.names
        }
        values["patient_id"] = [self.renamed.get(name, name) for name in values["patient_id"]]
        self.splits.update(splits)
        self.statistics.add(values["text"], notes[TOKENS].to_pylist())
        for name in self._roles.categories:
            self.categories.add(name, values[name], splits)
        self._hash.add(list(values.values()))
        arrays = [
            self._span_types[name].array(values[name])
            if name in self._span_types
            else pa.array(values[name], pa.string())
            for name in self._schema.names
        ]
        return pa.record_batch(arrays, schema=self._schema)


def _reject(batch: pa.RecordBatch, fates: list[str | Fault], rejects: Rejects) -> None:
    if all(isinstance(fate, str) for fate in fates):
        return
    for place, fate in zip(batch.select([FILE, ROW, "note_id"]).to_pylist(), fates, strict=True):
        if isinstance(fate, Fault):
            rejects.add(place[FILE], place[ROW], place["note_id"], fate)
