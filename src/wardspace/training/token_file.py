"""The file that holds the tokens of a corpus: one Arrow record batch, mapped into memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from wardspace.training.tokens import Tokens, schema

NAME = "tokens.arrow"
"""The file in its folder."""


class DamagedError(Exception):
    """A file of tokens that is not what was written."""


@dataclass(frozen=True)
class TokenFile:
    """Where the tokens of some notes are, and what must be found there.

    Parameters
    ----------
    folder : Path
        Folder of the file.
    key : str
        Name of what the tokens depend on; the file bears it too.
    notes : int
        Number of notes.
    words : bool
        Whether it holds the words of the tokens.
    """

    folder: Path
    key: str
    notes: int
    words: bool

    def open(self, *, words: bool) -> Tokens | None:
        """Map the file into memory; None if there is none.

        The layout, the number of notes and tokens, the names and where each note starts are checked; the tokens
        themselves are not, since that would read them all.

        Parameters
        ----------
        words : bool
            Give the words of the tokens too.

        Raises
        ------
        DamagedError
            If the file is cut off, or not of this key.
        """
        try:
            reader = pa.ipc.open_file(pa.memory_map(str(self.folder / NAME)))
            rows = reader.get_batch(0)
            rows.validate(full=True)
        except FileNotFoundError:
            return None
        except (pa.ArrowException, OSError, ValueError) as error:
            raise DamagedError from error
        if reader.schema.metadata != self._metadata(len(rows["ids"].values)) or rows.schema != schema(words=self.words):
            raise DamagedError
        if rows.num_rows != self.notes or reader.num_record_batches != 1:
            raise DamagedError
        return Tokens.of(rows, words=words)

    def write(self, batches: Iterable[pa.RecordBatch], scratch: Path) -> None:
        """Write the file into the folder `scratch`, in memory that does not grow with the tokens.

        Readers want the tokens as one array, so that there can be but one record batch, which Arrow writes at once. The
        columns therefore grow in files of their own, and Arrow writes what it sees of them through a map.
        """
        fields = [field for field in schema(words=self.words) if field.name != "hash"]
        columns = {field.name: _Column(scratch, field) for field in fields}
        hashes: list[pa.Array] = []
        for batch in batches:
            hashes.append(batch["hash"])
            for name, column in columns.items():
                column.add(batch[name])
        notes = sum(map(len, hashes))
        arrays = {name: column.whole(notes) for name, column in columns.items()}
        arrays["hash"] = pa.chunked_array(hashes, pa.uint64()).combine_chunks()
        metadata = self._metadata(len(arrays["ids"].values))
        marked = schema(words=self.words).with_metadata(metadata)
        _write(scratch / NAME, pa.record_batch([arrays[name] for name in marked.names], schema=marked))
        for column in columns.values():
            column.remove()

    def _metadata(self, tokens: int) -> dict[bytes, bytes]:
        values = {"key": self.key, "notes": str(self.notes), "tokens": str(tokens)}
        return {f"wardspace.{name}".encode(): value.encode() for name, value in values.items()}


class _Column:
    """A column of strings or lists that grows on disk: its values one after the other, and where each row starts."""

    def __init__(self, folder: Path, field: pa.Field) -> None:
        self._type = field.type
        self._paths = [folder / f"{field.name}.{part}" for part in ("starts", "values")]
        self._starts, self._values = (path.open("wb") for path in self._paths)
        self._starts.write(bytes(8))
        self._end = 0

    @property
    def _width(self) -> int:
        return 1 if pa.types.is_large_string(self._type) else int(self._type.value_type.byte_width)

    def add(self, rows: pa.Array) -> None:
        """Add rows (an array of its own, not a part of one: its offsets start at zero)."""
        starts = np.frombuffer(rows.buffers()[1], np.int64, len(rows) + 1)
        if starts[-1]:
            self._values.write(rows.buffers()[-1].slice(0, int(starts[-1]) * self._width))
        self._starts.write((starts[1:] + self._end).data)
        self._end += int(starts[-1])

    def whole(self, rows: int) -> pa.Array:
        """The column as an array that lies in its files."""
        self._starts.close()
        self._values.close()
        starts, values = (pa.memory_map(str(path)).read_buffer() for path in self._paths)
        if pa.types.is_large_string(self._type):
            return pa.Array.from_buffers(self._type, rows, [None, starts, values])
        child = pa.Array.from_buffers(self._type.value_type, self._end, [None, values])
        return pa.Array.from_buffers(self._type, rows, [None, starts], children=[child])

    def remove(self) -> None:
        """Remove the files."""
        for path in self._paths:
            path.unlink()


def _write(path: Path, rows: pa.RecordBatch) -> None:
    options: Any = pa.ipc.IpcWriteOptions(allow_64bit=True)
    with path.open("wb") as handle:
        with pa.ipc.new_file(handle, rows.schema, options=options) as writer:
            writer.write_batch(rows)
        # or a power cut could leave a file of the right length that holds nothing
        handle.flush()
        os.fsync(handle.fileno())
