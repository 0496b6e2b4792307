"""CSV and TSV by the standard library's reader: it alone keeps line numbers, NULs and undecodable bytes row by row."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from wardspace.core.errors import CorpusError
from wardspace.corpus.encoding import choose_encoding
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.quotes import broken_quote, closes_here
from wardspace.corpus.readers.row import Row
from wardspace.corpus.rejects import Fault

LONGEST_ROW = 64 * 2**20
"""Characters of a row (64 Mi) beyond which a quote must have been left open."""

_LONGEST_HEADER = 2**18
_DELIMITERS = (",", ";", "|", "\t")


class _Lines:
    """The lines of a file; those of the row being read are kept, so that a fault can be explained."""

    def __init__(self, handle: TextIO) -> None:
        self.number = 0
        self.held: list[str] = []
        self._size = 0
        self._handle = handle
        self._ahead: deque[str] = deque()

    def feed(self) -> Iterator[str]:
        """Yield the lines to the CSV reader."""
        while line := self._ahead.popleft() if self._ahead else self._handle.readline(LONGEST_ROW):
            self.number += 1
            self._size += len(line)
            self.held.append(line)
            if self._size >= LONGEST_ROW:
                raise csv.Error("row too long")
            yield line

    def begin(self) -> int:
        """Forget the row just read and name the line at which the next one begins."""
        self.held.clear()
        self._size = 0
        return self.number + 1

    def drop_through_closing_quote(self, delimiter: str, most: int = 200) -> None:
        """Skip the rest of a broken row: up to a line whose first quote closes a field, if one is near."""
        seen: list[str] = []
        while len(seen) < most and (line := self._handle.readline(LONGEST_ROW)):
            seen.append(line)
            if '"' in line:
                if closes_here(line, line.index('"'), delimiter):
                    self.number += len(seen)
                    return
                break
        self._ahead.extend(seen)


class DelimitedReader:
    """Reads one CSV or TSV file.

    Quoting is that of RFC 4180: line breaks, delimiters and doubled quotes may stand in a quoted field. CR, LF and
    CR LF each end a line. A CSV file may also be parted by `;` or `|`, told by which of them yields the columns needed.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding, or `auto`.
    any_case : bool
        Take a column whose name differs in case only, as formats with published names need it.

    Raises
    ------
    CorpusError
        If a column is missing or the encoding is wrong; while reading, if a quote is never closed.
    """

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str, *, any_case: bool = False) -> None:
        self.name, self.format, self.size = file.name, file.format, file.size
        self._file = file
        self._raw: BinaryIO | None = None
        with read_faults(str(file.path)):
            chosen = choose_encoding(encoding, file.sample(), where=file.name)
        self.encoding: str = chosen.name
        self.warnings = [chosen.warning] if chosen.warning else []
        self._any_case = any_case
        self._delimiter, self._header, stored = self._read_header(needed)
        self._picked = [self._header.index(name) for name in stored]

    @property
    def columns(self) -> list[str]:
        """All columns of the file."""
        return list(self._header)

    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else 0

    def rows(self) -> Iterator[Row]:
        """Yield the rows; one with broken quotes or a wrong number of fields is a fault."""
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
        with read_faults(str(self._file.path)), self._file.open_text(self.encoding, "") as (handle, self._raw):
            lines = _Lines(handle)
            reader = csv.reader(lines.feed(), delimiter=self._delimiter, strict=True)
            header_seen = False
            while True:
                start = lines.begin()
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield self._broken(lines, start)
                    continue
                if not fields:  # an empty line holds no row
                    continue
                if header_seen:
                    yield self._row(start, fields)
                header_seen = True

    def _row(self, start: int, fields: list[str]) -> Row:
        if len(fields) != len(self._header):
            reason = f"{len(fields)} fields where the header has {len(self._header)}"
            return Row(start, None, Fault("wrong number of fields", reason))
        return Row(start, tuple([fields[i] for i in self._picked]))

    def _broken(self, lines: _Lines, start: int) -> Row:
        """Explain why the CSV reader gave up, and go on after the row where that is safe."""
        text = "".join(lines.held)
        if '"' not in text:
            raise CorpusError("a row too long to read", where=f"{self.name}, line {start}", fix="see to its line ends")
        opened, broken = broken_quote(text, self._delimiter)
        opened_line = start + _line_index(lines.held, opened)
        broken_line = start + _line_index(lines.held, broken)
        # A quote that opens a field (it follows a delimiter) cannot stand inside one: the earlier one was left open.
        opens_another = text[broken - 1 : broken] in (self._delimiter, "\n", "\r")
        if broken >= len(text) or (broken_line > opened_line and opens_another):
            raise CorpusError(
                f"a quote opened on line {opened_line} is never closed",
                where=f"{self.name}, line {opened_line}",
                fix="close it, or write a quote inside a field as two quotes",
            )
        rest = lines.held[-1][broken - sum(map(len, lines.held[:-1])) + 1 :]
        if not any(closes_here(rest, i, self._delimiter) for i, sign in enumerate(rest) if sign == '"'):
            lines.drop_through_closing_quote(self._delimiter)
        reason = f"a quote on line {broken_line} stands inside a quoted field and is not doubled"
        return Row(start, None, Fault("broken quotes", reason))

    def _read_header(self, needed: tuple[str, ...]) -> tuple[str, list[str], tuple[str, ...]]:
        with read_faults(str(self._file.path)), self._file.open_text(self.encoding, "") as (handle, _):
            head = handle.read(_LONGEST_HEADER)
        delimiters = _DELIMITERS if self._file.format == "csv" else ("\t",)
        headers = {sign: _first_row(head, sign) for sign in delimiters}
        wanted = {sign: stored_names(header, needed) if self._any_case else needed for sign, header in headers.items()}
        fitting = [sign for sign, header in headers.items() if set(wanted[sign]) <= set(header)]
        delimiter = next(iter(fitting or headers))
        check_columns(headers[delimiter], wanted[delimiter], self.name)
        return delimiter, headers[delimiter], wanted[delimiter]


def _line_index(lines: list[str], offset: int) -> int:
    """Which of the lines holds the character at `offset` of their concatenation."""
    for i, line in enumerate(lines):
        if offset < len(line):
            return i
        offset -= len(line)
    return len(lines) - 1


def _first_row(head: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(head.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    try:
        return next((row for row in rows if row), [])
    except csv.Error:
        return []
