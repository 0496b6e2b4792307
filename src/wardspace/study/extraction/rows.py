"""Rows of the table of fields: one a note, each field with places, confidence and assertion in columns of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from wardspace.config.fields import FieldConfig, FieldsConfig
from wardspace.study.extraction.notes import SourceNote
from wardspace.tasks.fields.extractor import Record
from wardspace.tasks.fields.values import Value

_PARTS: tuple[tuple[str, pa.DataType], ...] = (
    ("", pa.string()),
    ("_start", pa.int32()),
    ("_end", pa.int32()),
    ("_confidence", pa.float32()),
    ("_assertion", pa.string()),
    ("_of", pa.string()),
    ("_of_start", pa.int32()),
    ("_of_end", pa.int32()),
)
"""Endings of the columns of a field, in the order of `_parts_of`."""


def _parts_of(value: Value) -> tuple[Any, ...]:
    said = value.assertion
    return (value.value, value.start, value.end, value.confidence, said, value.of, value.of_start, value.of_end)


class RowForm:
    """How values become columns, and columns values.

    Parameters
    ----------
    fields : FieldsConfig
        The fields.
    asserted : bool
        Whether it is known what notes say of their mentions.
    """

    def __init__(self, fields: FieldsConfig, *, asserted: bool) -> None:
        self.fields = fields.fields
        self._asserted = asserted
        columns = [pa.field("note_id", pa.string(), nullable=False), pa.field("patient_id", pa.string())]
        for field in self.fields:
            for name, kind in self._parts(field):
                columns.append(pa.field(name, pa.list_(kind) if field.many is True else kind))
        self.schema = pa.schema(columns)

    def _parts(self, field: FieldConfig) -> Iterator[tuple[str, pa.DataType]]:
        known = set(field.columns)
        for ending, kind in _PARTS:
            if field.name + ending in known and (self._asserted or ending != "_assertion"):
                yield field.name + ending, kind

    def row(self, note: SourceNote, record: Record) -> dict[str, Any]:
        """A row; places are those of the source."""
        row: dict[str, Any] = {"note_id": note.note_id, "patient_id": note.patient_id}
        for field in self.fields:
            values = [_placed(one, note) for one in record.fields[field.name]]
            known = [_parts_of(one) for one in values]
            columns = zip(*known, strict=True) if known else [()] * len(_PARTS)
            by_name = {field.name + ending: list(column) for (ending, _), column in zip(_PARTS, columns, strict=True)}
            for name, _ in self._parts(field):
                column = by_name[name]
                row[name] = column if field.many is True else column[0] if column else None
        return row

    def values(self, row: Mapping[str, Any]) -> Iterator[tuple[FieldConfig, Value]]:
        """The values of a row again, field by field."""
        for field in self.fields:
            columns = [row.get(field.name + ending) for ending, _ in _PARTS]
            lists = columns if field.many is True else [None if one is None else [one] for one in columns]
            filled = ([None] * len(lists[0] or ()) if one is None else one for one in lists)
            for text, start, end, confidence, words, *other in zip(*filled, strict=True):
                asserted = None if words is None else tuple(words.split())
                yield field, Value(text, start, end, confidence, field.source.name, asserted, *other)


def _placed(value: Value, note: SourceNote) -> Value:
    if value.start is None or value.end is None:
        return value
    start, end = note.place(value.start, value.end)
    placed = value._replace(start=start, end=end)
    if value.of_start is None or value.of_end is None:
        return placed
    of_start, of_end = note.place(value.of_start, value.of_end)
    return placed._replace(of_start=of_start, of_end=of_end)


def is_empty(record: Record) -> bool:
    """Whether nothing was found in a note."""
    return not any(record.fields.values())


def page_note(note: SourceNote, record: Record) -> dict[str, Any]:
    """What a page shows of a note, as plain values; places are those of the text as the models read it."""
    return {
        "note_id": note.note_id,
        "text": note.text,
        "mentions": [one._asdict() for one in record.mentions],
        "fields": {name: [one._asdict() for one in values] for name, values in record.fields.items()},
    }


def table_of(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
