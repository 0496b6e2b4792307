"""Where to go on reading a delimited file after a row whose quotes are broken.

A line of the broken note's text may look like a row. So a row to go on from must be like the rows read before: its
number of fields, which columns are always quoted, and which hold nothing but digits, no blanks or no line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from wardspace.corpus.readers.csv.lines import Lines

_INSIDE = re.compile(r'(?:[^"]|"")*+')
_LONGEST = 8 * 2**20


class Parsed(NamedTuple):
    """One row."""

    fields: tuple[str, ...]
    """Values of unquoted fields, and of quoted ones with their doubled quotes as they are."""
    quoted: tuple[bool, ...]
    following: int
    """Index of the line after the row."""
    doubtful: tuple[int, ...]
    """Indices of lines where a quote closes a field though a quote after the same sign might also open one."""


class Unparsed(Enum):
    """Why there is no row."""

    BROKEN = "against the letter"
    OPEN = "a quote is not closed before the file ends"


def strict_row(look: Callable[[int], str | None], index: int, delimiter: str) -> Parsed | Unparsed:
    """Read one row.

    Parameters
    ----------
    look : function
        Gives the line at an index, None behind the last.
    index : int
        The line at which the row begins.
    delimiter : str
        One character.
    """
    plain = _plain(delimiter)
    fields: list[str] = []
    quoted: list[bool] = []
    doubtful: list[int] = []
    line, at = look(index) or "", 0
    while True:
        opened = line.startswith('"', at)
        if opened:
            found = _quoted(look, index, at + 1)
            if found is None:
                return Unparsed.OPEN
            value, index, line, at = found
            if value.rstrip('"').endswith((delimiter, "\n", "\r")):
                doubtful.append(index)
        else:
            match = plain.match(line, at)
            value, at = (match[0], match.end()) if match else ("", at)
        fields.append(value)
        quoted.append(opened)
        sign = line[at : at + 1]
        if sign == delimiter:
            at += 1
        elif sign in ("", "\r", "\n"):
            return Parsed(tuple(fields), tuple(quoted), index + 1, tuple(doubtful))
        else:
            return Unparsed.BROKEN


def _quoted(look: Callable[[int], str | None], index: int, at: int) -> tuple[str, int, str, int] | None:
    """The value of a quoted field, and index, line and place behind its closing quote; None where there is none."""
    parts: list[str] = []
    size = 0
    while (line := look(index)) is not None and size < _LONGEST:
        match = _INSIDE.match(line, at)
        end = match.end() if match else at
        parts.append(line[at:end])
        if end < len(line):
            return "".join(parts), index, line, end + 1
        size += len(line)
        index, at = index + 1, 0
    return None


@lru_cache(maxsize=8)
def _plain(delimiter: str) -> re.Pattern[str]:
    return re.compile(f'[^{re.escape(delimiter)}\r\n"]*+')


_ENOUGH = 3
_FIT = 3
"""Rows one after the other that must be like the others, unless the file ends or a quote is left open again."""
_CHAIN, _FAR = 20, 500


class Shape:
    """What the rows of a file have in common.

    Parameters
    ----------
    columns : int
        How many there are.
    """

    def __init__(self, columns: int) -> None:
        self.rows = 0
        self._kinds = [0] * columns
        self._quoted = [True] * columns

    def copy(self) -> Shape:
        """One that may learn without this one."""
        other = Shape(len(self._kinds))
        other.rows, other._kinds, other._quoted = self.rows, self._kinds[:], self._quoted[:]
        return other

    def counts(self, row: Parsed) -> bool:
        """Whether a row has as many fields as there are columns."""
        return len(row.fields) == len(self._kinds)

    def learn(self, row: Parsed) -> None:
        """Take in a row that is sound."""
        if not self.counts(row):
            return
        self.rows += 1
        for i, (value, quoted) in enumerate(zip(row.fields, row.quoted, strict=True)):
            self._kinds[i] = max(self._kinds[i], _kind(value))
            self._quoted[i] = self._quoted[i] and (quoted or not value)

    def fits(self, row: Parsed) -> bool:
        """Whether a row is like those taken in."""
        # a column of texts may have held short ones so far
        one_line = 3 if self.rows < _CHAIN else 2
        return self.counts(row) and all(
            _kind(value) <= (one_line if kind == 2 else kind)
            and (quoted or not value or not always or self.rows < _ENOUGH)
            for value, quoted, kind, always in zip(row.fields, row.quoted, self._kinds, self._quoted, strict=True)
        )


class Resumption:
    """Finds rows to go on from.

    Parameters
    ----------
    lines : Lines
        The file.
    shape : Shape
        What its rows are like, as far as they are known; it may learn more.
    delimiter : str
        One character.
    """

    def __init__(self, lines: Lines, shape: Shape, delimiter: str) -> None:
        self._lines, self._shape, self._delimiter = lines, shape, delimiter

    def row(self, index: int) -> Parsed | Unparsed:
        """The row that would begin at a line, an index as in `Lines.look`."""
        return strict_row(self._lines.look, index, self._delimiter)

    def go_on(self, index: int) -> bool:
        """Go to the first line at or behind `index` at which a row begins; False where the file holds none."""
        self._lines.go_to(index)
        shape = self._known(range(_FAR))
        while self._lines.look(0) is not None:
            if self.begins(0, shape):
                return True
            self._lines.go_to(1)
        return False

    def near(self, index: int) -> int | None:
        """The first such line among the next few hundred, without going there."""
        if self._shape.rows < _ENOUGH:
            return None
        reach = range(index, index + _FAR)
        return next((i for i in reach if self._lines.look(i) is not None and self.begins(i)), None)

    def begins(self, index: int, shape: Shape | None = None) -> bool:
        """Whether a row begins at a line: it and the next ones are like the others."""
        shape = shape or self._known(range(index, index + 1))
        fitting = 0
        for row in self._rows(index):
            if row is Unparsed.OPEN and fitting:
                return True
            if isinstance(row, Unparsed) or not shape.fits(row):
                return False
            fitting += 1
            if fitting == _FIT:
                return True
        return fitting > 0

    def _rows(self, index: int) -> Iterator[Parsed | Unparsed]:
        """Rows one after the other, none for empty lines but the first."""
        first = index
        while (line := self._lines.look(index)) is not None:
            if index > first and line in ("\n", "\r\n", "\r"):
                index += 1
                continue
            row = self.row(index)
            yield row
            if isinstance(row, Unparsed):
                return
            index = row.following

    def _known(self, reach: range) -> Shape:
        """The shape, with what rows from one of these lines on have in common where too few came before."""
        if self._shape.rows >= _ENOUGH:
            return self._shape
        shape = self._shape.copy()
        for index in reach:
            chain: list[Parsed] = []
            for row in self._rows(index):
                if isinstance(row, Unparsed) or not shape.counts(row):
                    chain = chain if row is Unparsed.OPEN else []
                    break
                chain.append(row)
                if len(chain) == _CHAIN:
                    break
            if len(chain) > 1:
                for row in chain[len(chain) // 2 :]:
                    shape.learn(row)
                return shape
        return shape


def _kind(value: str) -> int:
    """How much a value may hold: nothing but digits, no blanks, no line breaks, anything."""
    if not value or value.isdigit():
        return 0
    if "\n" in value or "\r" in value:
        return 3
    return 2 if any(sign.isspace() for sign in value) else 1
