"""The rows of a CSV file one by one: what is broken is a fault in its place, and reading goes on behind it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import TOO_LONG, UNCLOSED, Fault
from wardspace.corpus.readers.csv.dialect import Dialect
from wardspace.corpus.readers.csv.lines import Lines
from wardspace.corpus.readers.csv.recovery import Parsed, Resumption, Shape, Unparsed
from wardspace.corpus.readers.damage import damage_of, damage_warning

_QUOTED = re.compile(r'"(?:[^"]|"")*+')


def broken_quote(text: str, delimiter: str) -> tuple[int, int]:
    """Find the quoted field that breaks a row.

    Parameters
    ----------
    text : str
        The lines of the row, from its beginning to where the reader gave up.
    delimiter : str
        One character.

    Returns
    -------
    tuple of int
        Offset of the quote that opens the field, and of the quote inside it that neither closes it nor is doubled;
        the length of `text` where the field is not closed at all.
    """
    end_of_plain = re.compile(f"[{re.escape(delimiter)}\r\n]")
    at = opened = 0
    while at < len(text):
        if text[at] != '"':
            found = end_of_plain.search(text, at)
            if found is None:
                break
            at = found.end()
            continue
        opened = at
        match = _QUOTED.match(text, at)
        close = match.end() if match else len(text)
        if close >= len(text) or not closes_here(text, close, delimiter):
            return opened, close
        at = close + 2
    return opened, len(text)


def closes_here(text: str, quote: int, delimiter: str) -> bool:
    """Whether the quote at this offset is followed by what ends a field."""
    return text[quote + 1 : quote + 2] in ("", delimiter, "\r", "\n")


_LEARNED_FIRST, _LEARNED_OF = 200, 64
_STRAY_LINES = 200


class CsvRows:
    """Reads the rows behind the header.

    Parameters
    ----------
    name : str
        Name of the file, for messages.
    dialect : Dialect
        How the file is written.
    columns : int
        Fields of the header.
    longest : int
        Characters of a row at most.
    """

    def __init__(self, name: str, dialect: Dialect, columns: int, longest: int) -> None:
        self.warnings: list[str] = []
        self._name, self._dialect, self._columns, self._longest = name, dialect, columns, longest
        self._delimiter = delimiter = dialect.delimiter
        self._shape = Shape(columns)
        end = re.escape(delimiter) + "\r\n"
        # A quote that might have opened a field, and closes one.
        self._doubt = re.compile(rf'[{end}](?:"")*"(?=[{end}]|\Z)')
        self._seen = 0

    def read(self, handle: TextIO, raw: BinaryIO) -> Iterator[tuple[int, list[str] | Fault]]:
        """Yield line and fields, or what is wrong; the last one says where a gzip file is damaged, if it is.

        Raises
        ------
        CorpusError, EOFError, zlib.error, gzip.BadGzipFile
            If the header cannot be read.
        """
        self._lines = Lines(handle, self._dialect, self._longest)
        self._resumption = Resumption(self._lines, self._shape, self._delimiter)
        self._restart()
        start = 1
        header = False
        for start, found in self._rows():
            if header:
                yield start, found if isinstance(found, Fault) else [self._dialect.restored(field) for field in found]
            elif isinstance(found, Fault):
                raise CorpusError("the header's quotes are broken", where=self._name, fix="close them")
            header = True
        damage = self._lines.damage
        if damage is not None:
            if not header:
                raise damage
            fault = damage_of(damage, raw)
            self.warnings.append(damage_warning(self._name, self._begun, fault))
            yield self._begun, fault

    def _rows(self) -> Iterator[tuple[int, list[str] | Fault]]:
        lines = self._lines
        while True:
            self._begun = start = lines.begin()
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error:
                if lines.ended and lines.damage:  # the row that is cut
                    return
                yield start, self._broken(start)
                continue
            if fields:  # an empty line holds no row
                yield start, self._fault(start, fields) or fields

    def _restart(self) -> None:
        self._reader = csv.reader(self._lines.feed(), delimiter=self._delimiter, strict=True)

    def _go_to(self, index: int) -> None:
        self._lines.go_to(index)
        self._restart()

    def _fault(self, start: int, fields: list[str]) -> Fault | None:
        """What is wrong with a row that the CSV reader took for one."""
        held = self._lines.held
        counts = len(fields) == self._columns
        fault = None if counts else Fault("wrong number of fields", self._count(len(fields)))
        if any('"' in line for line in held) and self._doubt.search("".join(held)):
            fault = self._silently_broken(start, fault)
            if fault:
                return fault
        self._seen += counts
        if counts and (self._seen <= _LEARNED_FIRST or self._seen % _LEARNED_OF == 0):
            row = self._resumption.row(0)
            if isinstance(row, Parsed):
                self._shape.learn(row)
        return fault

    def _count(self, fields: int) -> str:
        return f"{fields} fields where the header has {self._columns}"

    def _silently_broken(self, start: int, fault: Fault | None) -> Fault | None:
        """Judge a row whose open quote may have been closed by the quote that opens a field of a later one."""
        row = self._resumption.row(0)
        doubtful = row.doubtful if isinstance(row, Parsed) else ()
        swallowed = next((i for i in doubtful if i and self._resumption.begins(i)), None)
        if swallowed is not None:
            self._go_to(swallowed)
            return Fault(UNCLOSED, f"a quote opened on line {start} or after it is never closed{self._through(start)}")
        if isinstance(row, Unparsed) or (fault and doubtful):
            following = self._resumption.near(1)
            if following is not None:
                self._go_to(following)
            reason = f"a quote is inside a field that is not quoted{self._through(start)}"
            return fault or Fault("broken quotes", reason)
        return fault

    def _broken(self, start: int) -> Fault:
        """Explain why the CSV reader gave up, and go on after the row."""
        lines = self._lines
        text = "".join(lines.held)
        if '"' not in text:
            self._restart()
            return Fault(
                TOO_LONG, f"a line longer than {self._longest} characters (corpus.source.limits.row_characters)"
            )
        opened, broken = broken_quote(text, self._delimiter)
        opened_at, broken_at = (_line_index(lines.held, offset) for offset in (opened, broken))
        # A quote that opens a field (it follows a delimiter) cannot be inside one: the earlier one was left open.
        opens_another = _before_quotes(text, broken) in (self._delimiter, "\n", "\r")
        unclosed = broken >= len(text) or (broken_at > opened_at and opens_another)
        behind = None if unclosed else self._behind_stray(broken)
        if behind is None:
            resumed = self._resumption.go_on(opened_at + 1 if unclosed else len(lines.held))
        else:
            lines.go_to(behind)
            resumed = True
        self._restart()
        through = self._through(start)
        if not resumed and lines.number > start:
            self.warnings.append(
                f"{self._name}: nothing could be read behind the broken quote on line {start + opened_at}{through}"
            )
        if unclosed:
            return Fault(UNCLOSED, f"a quote opened on line {start + opened_at} is never closed{through}")
        escaped = " (behind a backslash: corpus.source.quotes)" if text[broken - 1 : broken] == "\\" else ""
        reason = f"a quote on line {start + broken_at} is inside a quoted field and is not doubled{escaped}{through}"
        return Fault("broken quotes", reason)

    def _through(self, start: int) -> str:
        """The lines that a row took with it, in words."""
        last = self._lines.number
        return f"; lines {start} to {last} are left out with it" if last > start else ""

    def _behind_stray(self, broken: int) -> int | None:
        """The line behind a row with a stray quote: its first quote on a line of its own closes a field, if near."""
        held = self._lines.held
        rest = held[-1][broken - sum(map(len, held[:-1])) + 1 :]
        if any(closes_here(rest, i, self._delimiter) for i, sign in enumerate(rest) if sign == '"'):
            return len(held)
        for index in range(len(held), len(held) + _STRAY_LINES):
            line = self._lines.look(index) or ""
            if '"' in line:
                return index + 1 if closes_here(line, line.index('"'), self._delimiter) else None
        return None


def _before_quotes(text: str, offset: int) -> str:
    """The character before the quotes that are before `offset`: a field may begin with doubled ones."""
    while text[offset - 1 : offset] == '"':
        offset -= 1
    return text[offset - 1 : offset]


def _line_index(lines: list[str], offset: int) -> int:
    """Which of the lines holds the character at `offset` of their concatenation."""
    for i, line in enumerate(lines):
        if offset < len(line):
            return i
        offset -= len(line)
    return len(lines) - 1
