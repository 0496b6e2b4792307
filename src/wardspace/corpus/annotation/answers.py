"""Annotations as columns of the corpus, for tasks to read in place of, or besides, what the source had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from wardspace.config import AnnotatedConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import digest
from wardspace.corpus.annotation.annotation import Value
from wardspace.corpus.annotation.kept import Annotations, ByNote
from wardspace.corpus.corpus import Corpus
from wardspace.corpus.review.judgement import text_digest
from wardspace.corpus.schema import FIXED

SPANS = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64()), ("type", pa.string())]))
"""Type of a column of spans that the source does not have."""


@dataclass(frozen=True)
class Answers:
    """The annotated columns of a corpus.

    A note that nobody annotated keeps what the source says; where the source has no such column, it has none (null):
    that is unknown, and not an empty list of spans.

    Attributes
    ----------
    columns : mapping of str to AnnotatedConfig
        What the study declares.
    values : mapping
        For each column, the values by note id.
    stale : mapping of str to int
        For each column, annotations whose note is gone or has other words now; they are not used.
    splits : mapping of str to Counter
        For each column, annotated notes of each split.
    """

    columns: Mapping[str, AnnotatedConfig]
    values: Mapping[str, Mapping[str, Value]]
    stale: Mapping[str, int]
    splits: Mapping[str, Counter[str]]

    @classmethod
    def of(cls, corpus: Corpus, columns: Mapping[str, AnnotatedConfig]) -> Answers:
        """Those of a corpus folder, as they are now.

        Raises
        ------
        CorpusError
            If a line of a file is no annotation, or a column has a name or a type that cannot be.
        """
        annotations = Annotations.read(corpus.folder)
        said = {name: annotations.gold(name, column.kind) for name, column in columns.items()}
        splits = _splits(corpus, said)
        found = {name: _values(by_note, splits[name]) for name, by_note in said.items()}
        stale = {name: len(said[name]) - len(found[name]) for name in columns}
        answers = cls(columns, found, stale, {name: Counter(splits[name].values()) for name in columns})
        answers.schema(corpus.schema)
        return answers

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema of a corpus with these columns.

        Raises
        ------
        CorpusError
            If one of them cannot be in it.
        """
        for name, column in self.columns.items():
            if name in FIXED:
                raise CorpusError(
                    f"the column name {name!r} is taken: every corpus has a column of that name",
                    where="corpus.annotations",
                    fix=f"choose another name; taken are {', '.join(FIXED)}",
                )
            if name not in schema.names:
                schema = schema.append(pa.field(name, pa.string() if column.kind == "label" else SPANS))
            elif not _holds(schema.field(name).type, column):
                raise CorpusError(
                    f"{name} holds something else in the source",
                    where=f"corpus.annotations.{name}",
                    fix="choose another name; spans of a source need start, end and type",
                )
        return schema

    def reads(self, names: Iterable[str], stored: pa.Schema) -> list[str]:
        """Columns to read from the disk for these: `note_id` too where one is annotated."""
        asked = list(names)
        found = [name for name in asked if name in stored.names]
        return found if "note_id" in asked or not set(asked) & set(self.columns) else [*found, "note_id"]

    def filled(self, batch: pa.RecordBatch, names: Iterable[str], schema: pa.Schema) -> pa.RecordBatch:
        """Columns of a batch that was read, annotated ones with the answers in their places."""
        arrays = [self._filled(batch, name, schema.field(name).type) for name in names]
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([schema.field(name) for name in names]))

    def _filled(self, batch: pa.RecordBatch, name: str, kind: pa.DataType) -> pa.Array:
        stored = batch[name] if name in batch.schema.names else pa.nulls(batch.num_rows, kind)
        values = self.values.get(name)
        if not values:
            return stored
        ids = batch["note_id"].to_pylist()
        hits = [(row, values[note_id]) for row, note_id in enumerate(ids) if note_id in values]
        places = list(range(batch.num_rows))
        for place, (row, _) in enumerate(hits):
            places[row] = batch.num_rows + place
        told = pa.array([_plain(value) for _, value in hits], kind)
        return pa.concat_arrays([stored, told]).take(pa.array(places))

    def digest(self, columns: Iterable[str]) -> str | None:
        """Equal for equal answers in these columns; None where nobody annotated any of them."""
        said = {
            name: {note_id: _plain(value) for note_id, value in sorted(self.values[name].items())}
            for name in sorted(columns)
            if self.values.get(name)
        }
        return digest(said) if said else None

    def lines(self) -> list[str]:
        """How many notes are annotated, in lines for a terminal."""
        found = []
        for name in self.columns:
            counts = ", ".join(f"{count} {split}" for split, count in sorted(self.splits[name].items()))
            stale = f"; {self.stale[name]} of notes that have other words now are not used" if self.stale[name] else ""
            found.append(f"{name}: {len(self.values[name])} notes annotated{f' ({counts})' if counts else ''}{stale}")
        return found


def _splits(corpus: Corpus, said: Mapping[str, ByNote]) -> dict[str, dict[str, str]]:
    """Split of each annotated note, for each column; notes that have other words now are not among them."""
    wanted = {note_id for by_note in said.values() for note_id in by_note}
    splits: dict[str, dict[str, str]] = {name: {} for name in said}
    for batch in corpus.batches(["note_id", "text", "split"]) if wanted else ():
        for note_id, text, split in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            own = text_digest(text) if note_id in wanted else None
            for name in [name for name, by_note in said.items() if note_id in by_note and by_note[note_id].text == own]:
                splits[name][note_id] = split
    return splits


def _values(by_note: ByNote, current: Mapping[str, str]) -> dict[str, Value]:
    return {name: one.value for name, one in by_note.items() if name in current and one.value is not None}


def _holds(kind: pa.DataType, column: AnnotatedConfig) -> bool:
    """Whether answers fit into a column that the source has."""
    if column.kind == "label":
        return bool(pa.types.is_string(kind))
    records = kind.value_type if pa.types.is_list(kind) else pa.null()
    return pa.types.is_struct(records) and {"start", "end", "type"} <= {field.name for field in records}


def _plain(value: Value) -> str | list[dict[str, int | str]]:
    return value if isinstance(value, str) else [{"start": s.start, "end": s.end, "type": s.type} for s in value]
