"""Columns that have one value for a whole file.

They are in the names of its folders, as Hive and Spark write them (`year=2024/ward=A%2FB/part-0.parquet`), or given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from wardspace.corpus.readers.row import Reader, Row

_MISSING = "__HIVE_DEFAULT_PARTITION__"


def partitions(path: Path) -> dict[str, str | None]:
    """Name and value of each column in the folders right above a file, the outermost first."""
    found: list[tuple[str, str | None]] = []
    for folder in path.absolute().parents:
        name, sign, value = folder.name.partition("=")
        if not sign or not name:
            break
        found.append((unquote(name), None if value == _MISSING else unquote(value)))
    return dict(reversed(found))


class PartitionedReader:
    """Reads a file through another reader and adds columns that it has one value of; a reader like any other.

    Parameters
    ----------
    opening : function
        Opens the reader of the file for the columns it is asked for.
    needed : tuple of str
        Columns to read, of the file or of `values`; where both have one, the latter counts, as in Spark.
    values : dict
        Columns of the folders, or others.
    within : str
        What its name begins with.
    """

    def __init__(
        self,
        opening: Callable[[tuple[str, ...]], Reader],
        needed: tuple[str, ...],
        values: dict[str, str | None],
        within: str = "",
    ) -> None:
        self._needed, self._values = needed, values
        self._stored = tuple(name for name in needed if name not in values)
        self._inner = opening(self._stored)
        self.name = within + self._inner.name.removeprefix(within)
        self.format, self.size = self._inner.format, self._inner.size
        self.encoding = self._inner.encoding

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results must know about how this file was read."""
        return self._inner.warnings

    def position(self) -> int:
        """How much of `size` is read."""
        return self._inner.position()

    def rows(self) -> Iterator[Row]:
        """Yield the rows, each with the values of the file."""
        for row in self._inner.rows():
            if row.values is None:
                yield row
                continue
            found = {**dict(zip(self._stored, row.values, strict=True)), **self._values}
            yield row._replace(values=tuple([found[name] for name in self._needed]))
