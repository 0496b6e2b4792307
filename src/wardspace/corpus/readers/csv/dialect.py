"""How a delimited file is written: what ends a line, what parts fields, and how a quote within a field is escaped."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from wardspace.corpus.readers.columns import is_header

_TERMINATOR = re.compile(r'"(?:[^"]|"")*+"|(\r*\n|\r)')
_MARKS = {0xDC00 + code: chr(code) for code in (*range(32), *map(ord, '"\\,;|'))}
"""Characters that stand for others while a row is read: lone surrogates, which no decoded text holds."""


class Dialect(NamedTuple):
    """How a file is written."""

    delimiter: str
    newline: str = "\n"
    """As in `open`: LF alone, so that a CR within a line is text, or nothing where CR ends lines too."""
    backslash: bool = False
    """Whether a backslash says that the quote, backslash, delimiter or line break behind it is text."""

    def protected(self, line: str) -> str:
        """A line with marks in the place of characters that are text and look like signs of the format.

        One that ends in an escaped line break ends in the mark of it: the row goes on.
        """
        if self.backslash and "\\" in line:
            line = _escaped(self.delimiter).sub(_marked, line)
        if self.newline and "\r" in line:
            text = line.rstrip("\r\n")
            if "\r" in text:
                return text.replace("\r", _mark("\r")) + line[len(text) :]
        return line

    def restored(self, field: str) -> str:
        """A field with the characters that the marks stand for."""
        return field if field.isascii() else field.translate(_translation(self.delimiter))


def _mark(sign: str) -> str:
    return chr(0xDC00 + ord(sign))


LINE_BREAK = _mark("\n")
"""Mark of a line break that is text."""


def _marked(found: re.Match[str]) -> str:
    return "".join(map(_mark, found[1]))


def _escaped(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'\\(\r?\n|["\\\r{re.escape(delimiter)}])')


def _translation(delimiter: str) -> dict[int, str]:
    return _MARKS if delimiter in ",;|\t" else _MARKS | {ord(_mark(delimiter)): delimiter}


def newline_of(head: str) -> str:
    """What ends the lines of a file, by its first line, as in `open`: LF (or CR LF), or nothing for CR."""
    ends = (found[1] for found in _TERMINATOR.finditer(head) if found[1])
    return "" if next(ends, "\n") == "\r" else "\n"


def lines_of(text: str, newline: str) -> Iterator[str]:
    """The lines of a text with their ends."""
    ends = "\n" if newline else "\r\n|\r|\n"
    start = 0
    for found in re.finditer(ends, text):
        yield text[start : found.end()]
        start = found.end()
    if start < len(text):
        yield text[start:]


def first_row(head: str, dialect: Dialect) -> list[str]:
    """The fields of the first row that has some; none where its quotes are broken."""
    lines = map(dialect.protected, lines_of(head.removeprefix("\ufeff"), dialect.newline))
    try:
        found: list[str] = next((row for row in csv.reader(lines, delimiter=dialect.delimiter) if row), [])
    except csv.Error:
        return []
    return [dialect.restored(field) for field in found]


def fit(header: Sequence[str], wanted: Sequence[str]) -> tuple[int, int, int]:
    """How well a header fits the columns that are wanted: how many it has, how many nearly, and its length."""
    missing = [name for name in wanted if name not in header]
    folded = [name.casefold().strip() for name in header] if is_header(header) else []
    near = sum(bool(difflib.get_close_matches(name.casefold(), folded, n=1)) for name in missing)
    return len(wanted) - len(missing), near, len(header)


def escapes_by_backslash(sample: str, dialect: Dialect, sound: Callable[[str, Dialect], int]) -> bool:
    """Whether the rows of a sample are sounder where a backslash escapes what is behind it.

    Parameters
    ----------
    sample : str
        The header and some rows.
    dialect : Dialect
        How the file is written, but for this.
    sound : function
        How many more rows of a sample are sound under a dialect than are not.
    """
    if not _escaped(dialect.delimiter).search(sample.replace("\\\\", "")):
        return False
    return sound(sample, dialect._replace(backslash=True)) > sound(sample, dialect)
