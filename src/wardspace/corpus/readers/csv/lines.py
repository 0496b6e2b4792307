"""The lines of a delimited file, which may be looked at before they are read, and given back."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from wardspace.corpus.readers.csv.dialect import LINE_BREAK, Dialect
from wardspace.corpus.readers.damage import DAMAGE


class Lines:
    """The lines of a file; those of the row being read are kept, so that a fault can be explained.

    Parameters
    ----------
    handle : TextIO
        The file, its line ends as they are.
    dialect : Dialect
        How the file is written.
    longest : int
        Characters of a row beyond which a quote must have been left open.
    """

    def __init__(self, handle: TextIO, dialect: Dialect, longest: int) -> None:
        self.number = 0
        """Of the last line that was read."""
        self.held: list[str] = []
        self.damage: BaseException | None = None
        """What was raised where the file cannot be unpacked any further; the line that is cut by it is not given."""
        self.ended = False
        """Whether the CSV reader was told that there is no more."""
        self.longest = longest
        self._size = 0
        self._handle, self._dialect = handle, dialect
        self._ahead: deque[str] = deque()

    def feed(self) -> Iterator[str]:
        """Yield the lines to the CSV reader."""
        while line := self._ahead.popleft() if self._ahead else self._read():
            self.number += _height(line)
            self._size += len(line)
            self.held.append(line)
            if self._size >= self.longest:
                raise csv.Error("row too long")
            yield line
        self.ended = True

    def begin(self) -> int:
        """Forget the row just read and name the line at which the next one begins."""
        self.held.clear()
        self._size = 0
        return self.number + 1

    def look(self, index: int) -> str | None:
        """The line at `index` of the held ones and those behind them; None where the file ends."""
        if index < len(self.held):
            return self.held[index]
        index -= len(self.held)
        while index >= len(self._ahead):
            line = self._read()
            if not line:
                return None
            self._ahead.append(line)
        return self._ahead[index]

    def go_to(self, index: int) -> None:
        """Read on at the line that is at `index` of the held ones, or so many behind them."""
        for line in reversed(self.held[index:]):
            self._ahead.appendleft(line)
            self.number -= _height(line)
        for _ in range(index - len(self.held)):
            self.number += _height(self._ahead.popleft())
        self.begin()
        self.ended = False

    def _read(self) -> str:
        line = self._dialect.protected(self._line())
        while line.endswith(LINE_BREAK) and len(line) < self.longest and (rest := self._line()):
            line += self._dialect.protected(rest)
        return "" if self.damage else line

    def _line(self) -> str:
        try:
            line = self._handle.readline(self.longest)
            if len(line) >= self.longest and not line.endswith(("\n", "\r")):
                self._skip_line()
        except DAMAGE as error:
            self.damage = error
            return ""
        return line

    def _skip_line(self) -> None:
        """Pass over the rest of a line that is too long to be read at once."""
        while (rest := self._handle.readline(self.longest)) and not rest.endswith(("\n", "\r")):
            pass


def _height(line: str) -> int:
    """Lines of the file that a line is made of: escaped line breaks end none."""
    return 1 if line.isascii() else 1 + line.count(LINE_BREAK)
