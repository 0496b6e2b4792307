"""What the columns of a table hold, in figures: the first rows of a source, read by the readers that prepare uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.core.times import is_iso, read_time
from wardspace.corpus.note.spans import read_spans
from wardspace.corpus.readers import open_readers, source_files
from wardspace.corpus.readers.columns import is_header, no_rows
from wardspace.corpus.readers.csv.reader import DelimitedReader
from wardspace.corpus.readers.files import SUFFIXES, SourceFile, format_of, paths_behind
from wardspace.corpus.readers.jsonl import JsonLines
from wardspace.corpus.readers.parquet import ArrowFaults
from wardspace.corpus.readers.partitions import partitions
from wardspace.corpus.values.canonical import canonical

ROWS = 20_000
"""Rows that are looked at."""
TIME_FORMATS = (
    "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d %b %Y", "%d-%b-%Y",
    "%d-%b-%y", "%m/%d/%y", "%d/%m/%y",
    "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%Y%m%d%H%M%S%z", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S UTC", "%m/%d/%Y %I:%M:%S %p",
)  # fmt: skip
"""Formats of times that are tried after ISO 8601."""

_SHORT = 200
"""Letters of the longest value of a column whose values are compared with each other."""
_MISSING = {"", "null", "\\n", "nan", "<na>"}
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_KEYS_FROM = 1000
_MOST_DATES = 2000


@dataclass
class Column:
    """What one column holds in the rows that were looked at.

    Parameters
    ----------
    name : str
        Its name.
    """

    name: str
    rows: int = 0
    filled: int = 0
    """Rows with a value."""
    letters: int = 0
    words: int = 0
    spaced: int = 0
    """Values of several words, or in a script that writes none apart."""
    spans: int = 0
    """Lists of records with `start` and `end`."""
    nested: int = 0
    """Values that are lists or objects."""
    hashes: set[int] = field(default_factory=set)
    values: list[str | None] | None = field(default_factory=list)
    """The values in the order of the rows; None once one was too long to be an id, a time or a category."""

    def see(self, value: Any) -> None:
        """Count one value."""
        self.rows += 1
        text = canonical(value)
        if text is None or text.casefold() in _MISSING:
            if self.values is not None:
                self.values.append(None)
            return
        self.filled += 1
        self.letters += len(text)
        self.words += len(text.split())
        self.spaced += " " in text or "\n" in text or any(ord(sign) >= 0x2E80 for sign in text)
        self.nested += isinstance(value, list | dict)
        self.spans += _is_spans(value)
        self.hashes.add(hash(text))
        if self.values is not None:
            self.values.append(text)
        if len(text) > _SHORT:
            self.values = None

    @cached_property
    def name_words(self) -> list[str]:
        """The words of its name, in lower case: `HADM_ID`, `noteType` and `Note type` have two each."""
        return [word.casefold() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+", self.name)]

    def named(self, words: Sequence[str]) -> bool:
        """Whether its name holds one of some words."""
        return any(word in words for word in self.name_words)

    @property
    def distinct(self) -> int:
        """Different values."""
        return len(self.hashes)

    @property
    def unique(self) -> bool:
        """Whether every row has a value and none has the same twice."""
        return self.filled == self.rows == self.distinct

    @property
    def mean_words(self) -> float:
        """Words of a value."""
        return self.words / max(1, self.filled)

    @property
    def prose(self) -> bool:
        """Whether the values read as text: twenty letters and more on average, most of them in several words."""
        return self.letters >= 20 * max(1, self.filled) and 2 * self.spaced >= self.filled > 0

    @cached_property
    def counts(self) -> Counter[str]:
        """How often each value is there; nothing for a column of long values."""
        return Counter(value for value in self.values or () if value is not None)

    @cached_property
    def numbers(self) -> list[float]:
        """The values as numbers where all of them are."""
        found = [value for value in self.values or () if value is not None]
        if not found or not all(_NUMBER.fullmatch(value) for value in found):
            return []
        return [float(value.replace(",", ".")) for value in found]

    @property
    def running(self) -> bool:
        """Whether the numbers count the rows, of the whole table or of one document after the other."""
        if self.distinct < 3 or not self.numbers:
            return False
        first = min(self.numbers)
        return all(after == before + 1 or after == first for before, after in pairwise(self.numbers))

    @cached_property
    def time_formats(self) -> list[str]:
        """Ways to read nearly all values as times, the likeliest first: `iso`, or formats of strptime."""
        values = [value for value in self.counts if value][:_MOST_DATES]
        if not values or (self.numbers and len(values[0]) != 14):
            return []
        if _nearly_all(values, is_iso):
            return ["iso"]
        fitting = [written for written in TIME_FORMATS if _nearly_all(values, partial(_reads, written))]
        read = not fitting and _nearly_all(values, lambda value: read_time(value) is not None)
        return ["iso"] if read else fitting


@dataclass(frozen=True)
class Table:
    """The first rows of a source."""

    path: str
    format: str
    """Format of its files: csv, tsv, parquet or jsonl."""
    columns: tuple[Column, ...]
    rows: int
    """Rows that were looked at."""
    whole: bool
    """Whether there are no others."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Paths of validation and test, where these are the notes of train."""


def read_table(path: str, rows: int = ROWS, others: Mapping[str, str] | None = None) -> Table:
    """Look at the first rows of a file, a folder or a glob of tables.

    Parameters
    ----------
    path : str
        CSV, TSV, Parquet or JSONL, each also gzipped.
    rows : int
        Look at no more than this many rows.
    others : mapping, optional
        Paths of validation and test, where `path` holds the notes of train: they are only checked to have its columns.

    Raises
    ------
    CorpusError
        If there is no such file, it is empty, has no header or no row, is no table, or lacks a column of the others.
    """
    files = _tables(path)
    names = tuple(dict.fromkeys((*_column_names(files[0]), *partitions(files[0].path))))
    config = SourceConfig(path=path)
    with TemporaryDirectory() as scratch:
        if others:
            open_readers(SourceConfig.model_validate({"train": path, **others}), names, Path(scratch) / "others")
        readers = open_readers(config, names, Path(scratch))
        every = (row.values for reader in readers for row in reader.rows() if row.values is not None)
        columns = tuple(Column(name) for name in names)
        seen = 0
        for row in islice(every, rows):
            seen += 1
            for column, value in zip(columns, row, strict=True):
                column.see(value)
        if not seen:
            raise CorpusError(no_rows(readers), where=path, fix="export it again")
        if files[0].format in ("csv", "tsv") and any(_heads_itself(column) for column in columns):
            raise _no_header(files[0], len(names))
        return Table(path, files[0].format, columns, seen, next(every, None) is None, others or {})


def _tables(path: str) -> list[SourceFile]:
    """The files behind a path, which must be tables by their names."""
    found, _ = paths_behind(path)
    if len(found) == 1 and format_of(found[0]) is None:
        raise CorpusError(
            "no table by its name: init reads CSV, TSV, Parquet and JSONL",
            where=path,
            fix=f"give a file that ends in {', '.join(SUFFIXES)} (each also with .gz); for other formats"
            " (`wardspace ls readers`) begin with a file of recipes/",
        )
    return source_files(SourceConfig(path=path))


def _column_names(file: SourceFile) -> tuple[str, ...]:
    """Names of the columns, each once; columns without a name are left out."""
    if file.format == "parquet":
        with ArrowFaults(file.name), file.open() as (handle, _):
            # Parquet is read from its end, to which a gzipped file cannot jump
            names = pq.ParquetFile(BytesIO(handle.read()) if file.gzipped else handle).schema_arrow.names
    elif file.format == "jsonl":
        names = _keys(file)
    else:
        names = DelimitedReader(file, (), "auto").columns
    if not is_header(names) or any(_is_value(name) for name in names):
        raise _no_header(file, len(names))
    return tuple(dict.fromkeys(name for name in names if name.strip()))


def _no_header(file: SourceFile, fields: int) -> CorpusError:
    return CorpusError(
        f"the first line has {fields} fields that do not look like column names",
        where=file.path,
        fix="put a line with the names of the columns before the rows",
    )


def _heads_itself(column: Column) -> bool:
    """Whether the name of a column is one of its values, but for digits: the first line is a row like the others."""
    if not any(sign.isdigit() for sign in column.name):
        return False
    values = [re.sub(r"\d+", "0", value) for value in column.counts]
    return bool(values) and 2 * values.count(re.sub(r"\d+", "0", column.name)) >= len(values)


def _keys(file: SourceFile) -> list[str]:
    objects = islice(JsonLines(file, "auto").objects(), _KEYS_FROM)
    names = list(dict.fromkeys(key for _, value, _ in objects for key in value or ()))
    if "resourceType" in names:
        raise CorpusError(
            "these are FHIR resources, and no table", where=file.path, fix="set corpus.source.format: fhir in a study"
        )
    if not names:
        raise CorpusError("no line of this file is a JSON object", where=file.path, fix="write one object a line")
    return names


def _is_value(name: str) -> bool:
    """Whether a field of the first line is a time or a sentence, so that the line is no header."""
    return len(name.split()) > 8 or is_iso(name) or any(_reads(written, name) for written in TIME_FORMATS)


def _is_spans(value: Any) -> bool:
    if not isinstance(value, list) and not (isinstance(value, str) and value.startswith("[")):
        return False
    try:
        return bool(read_spans(value))
    except ValueError:
        return False


def _nearly_all(values: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Whether a test fails for at most one value in twenty."""
    allowed = len(values) // 20
    for value in values:
        allowed -= not test(value)
        if allowed < 0:
            return False
    return True


def _reads(written: str, value: str) -> bool:
    try:
        return 1800 <= datetime.strptime(value, written).year <= 2200
    except ValueError:
        return False
