"""Values of Arrow columns as Python values: nested ones as they are, all others as text or None."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import MARK
from wardspace.corpus.prepare.rejects import TOO_LONG, Fault
from wardspace.corpus.readers.boundary import guarded
from wardspace.corpus.readers.row import Row
from wardspace.corpus.values.canonical import canonical, number

_UUID_BYTES = 16
VALUE = 64
"""Bytes that a value in a list or record takes about, besides its characters, with its share of what holds it."""


def rows_of_batch(
    batch: pa.RecordBatch,
    needed: tuple[str, ...],
    numbers: Iterable[int],
    *,
    encoding: str = "utf-8",
    most: int | None = None,
) -> Iterator[Row]:
    """Rows of an Arrow batch.

    Parameters
    ----------
    batch : pyarrow.RecordBatch
        Some rows.
    needed : tuple of str
        Names of columns.
    numbers : iterable of int
        Number of each row.
    encoding : str
        Encoding of binary columns.
    most : int, optional
        Bytes of a value at most; a row with a longer one is a fault. The lists and records of no more than so many
        bytes are in memory as Python's values at once.
    """
    if most is not None and batch.num_rows > 1 and _nested_size(batch, needed) > most:
        numbers, half = list(numbers), batch.num_rows // 2
        for part, places in ((batch.slice(0, half), numbers[:half]), (batch.slice(half), numbers[half:])):
            yield from rows_of_batch(part, needed, places, encoding=encoding, most=most)
        return
    reading = _Reading(encoding, most)
    columns = [reading.values(batch.column(batch.schema.get_field_index(name))) for name in needed]
    for place, values in zip(numbers, zip(*columns, strict=True), strict=True):
        fault = next((value for value in values if isinstance(value, Fault)), None)
        yield Row(place, None if fault else values, fault)


def check_types(schema: pa.Schema, needed: Iterable[str], where: str) -> None:
    """Check that the columns needed have a form as text.

    Raises
    ------
    CorpusError
        Naming the first that has none, with its type.
    """
    for name in needed:
        kind = schema.field(name).type
        try:
            _Reading("utf-8", None).values(pa.array([None], kind))
        except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
            raise CorpusError(
                f"column {name!r} is of a type that has no form as text: {kind}", where=where, fix="write it as text"
            ) from error


def lengths(column: pa.Array) -> pa.Array:
    """Bytes of each text of a column, without writing out those of a dictionary."""
    if pa.types.is_dictionary(column.type):
        return lengths(column.dictionary).take(column.indices)
    if isinstance(column, pa.ExtensionArray):
        return lengths(column.storage)
    if not (pa.types.is_string(column.type) or pa.types.is_binary(column.type)):
        column = pc.cast(column, pa.large_binary() if _is_binary(column.type) else pa.large_string())
    return pc.binary_length(column)


class _Reading:
    def __init__(self, encoding: str, most: int | None) -> None:
        self._encoding, self._most = encoding, most

    def values(self, column: pa.Array) -> list[Any]:
        """The values of a column, with a fault in the place of one that cannot be read."""
        if column.type == pa.uuid():
            return _uuids(column.storage)
        while isinstance(column, pa.ExtensionArray):
            column = column.storage
        if pa.types.is_run_end_encoded(column.type):
            column = pc.run_end_decode(column)
        ways: tuple[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array], list[Any]]], ...] = (
            (pa.types.is_dictionary, self._of_dictionary),
            (pa.types.is_nested, self._nested),
            (pa.types.is_fixed_size_binary, _fixed),
            (_is_binary, self._binary),
        )
        return next((read for is_such, read in ways if is_such(column.type)), self._plain)(column)

    def _plain(self, column: pa.Array) -> list[Any]:
        kind = column.type
        if pa.types.is_decimal(kind):
            return [canonical(value) for value in column.to_pylist()]
        if pa.types.is_floating(kind):
            written = pc.cast(column, pa.string()).to_pylist()
            return [None if value is None else number(float(value)) for value in written]
        if pa.types.is_timestamp(kind) and kind.tz:
            column = _zoned(column)
        # Arrow promises valid UTF-8 but not every writer keeps the promise; a bad row is marked, and only that row.
        return self._decoded(pc.cast(column, pa.large_string()).view(pa.large_binary()), "utf-8")

    def _of_dictionary(self, column: pa.Array) -> list[Any]:
        """The values of a dictionary that are used, each made once however often it is used."""
        used = column.indices.drop_null().unique()
        known = dict(zip(used.to_pylist(), self.values(column.dictionary.take(used)), strict=True))
        return [None if index is None else known[index] for index in column.indices.to_pylist()]

    def _nested(self, column: pa.Array) -> list[Any]:
        most = self._most
        if most is None or _expanded(column) <= most:
            found = guarded(_UNREADABLE, column.to_pylist)
            if not isinstance(found, Fault):
                return list(found)
        return [self._nested_one(column.slice(i, 1)) for i in range(len(column))]

    def _nested_one(self, column: pa.Array) -> Any:
        if self._most is not None and _expanded(column) > self._most:
            return self._too_long()
        reason = f"a value of type {column.type} that cannot be read"
        found = guarded(_UNREADABLE, column.to_pylist, reason[:_LONGEST_REASON])
        return found if isinstance(found, Fault) else found[0]

    def _binary(self, column: pa.Array) -> list[Any]:
        found = self._decoded(column, self._encoding)
        sizes = lengths(column).drop_null().unique().to_pylist()
        if sizes == [_UUID_BYTES] and any(isinstance(text, str) and _MARKED in text for text in found):
            return _uuids(column)
        return found

    def _decoded(self, column: pa.Array, encoding: str) -> list[Any]:
        if self._most is not None and (pc.max(lengths(column)).as_py() or 0) > self._most:
            return [self._decoded_one(value, encoding) for value in column]
        return [None if value is None else value.decode(encoding, MARK) for value in column.to_pylist()]

    def _decoded_one(self, value: pa.Scalar, encoding: str) -> Any:
        buffer = value.as_buffer()
        if buffer is None:
            return None
        too_long = self._most is not None and buffer.size > self._most
        return self._too_long() if too_long else buffer.to_pybytes().decode(encoding, MARK)

    def _too_long(self) -> Fault:
        return Fault(TOO_LONG, f"a value longer than {self._most} bytes (corpus.source.limits.row_characters)")


_UNREADABLE = "unreadable value"
_LONGEST_REASON = 300
_MARKED = b"\xff".decode("utf-8", MARK)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind))


def _uuids(column: pa.Array) -> list[Any]:
    return [None if value is None else str(uuid.UUID(bytes=value)) for value in column.to_pylist()]


def _fixed(column: pa.Array) -> list[Any]:
    return [None if value is None else _fixed_one(value) for value in column.to_pylist()]


def _fixed_one(value: bytes) -> str:
    """Bytes of a fixed number: text filled up with NULs, else a UUID or, of another length, hexadecimal digits."""
    text = value.rstrip(b"\0").decode("utf-8", MARK)
    if text and text.isprintable():
        return text
    return str(uuid.UUID(bytes=value)) if len(value) == _UUID_BYTES else value.hex()


def _zoned(column: pa.Array) -> pa.Array:
    """Times of a zone; in UTC where this machine does not know the zone."""
    try:
        return pc.cast(column, pa.large_string())
    except pa.ArrowInvalid:
        return pc.cast(pc.cast(column, pa.timestamp(column.type.unit, "UTC")), pa.large_string())


def _nested_size(batch: pa.RecordBatch, needed: Iterable[str]) -> int:
    columns = (batch.column(batch.schema.get_field_index(name)) for name in needed)
    return sum(_expanded(column) for column in columns if pa.types.is_nested(column.type))


def _expanded(column: pa.Array) -> int:
    """Bytes that a nested column takes about as Python's values, each use of a dictionary's value counted."""
    kind = column.type
    if isinstance(column, pa.ExtensionArray):
        return _expanded(column.storage)
    if pa.types.is_struct(kind):
        return sum(_expanded(part) for part in column.flatten())
    if pa.types.is_map(kind):
        return _expanded_map(column)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _expanded(column.flatten())
    textual = pa.types.is_dictionary(kind) or _is_binary(kind) or pa.types.is_string(kind)
    if textual or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return (pc.sum(lengths(column)).as_py() or 0) + VALUE * len(column)
    return VALUE * len(column)


def _expanded_map(column: pa.Array) -> int:
    first, last = column.offsets[0].as_py(), column.offsets[-1].as_py()
    return sum(_expanded(part.slice(first, last - first)) for part in (column.keys, column.items))
