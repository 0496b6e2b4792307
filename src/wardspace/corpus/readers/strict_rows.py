"""Rows of a delimited file by the letter of RFC 4180; unlike the CSV reader it tells how each field was quoted."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

_INSIDE = re.compile(r'(?:[^"]|"")*+')
_LONGEST = 8 * 2**20


class Parsed(NamedTuple):
    """One row."""

    fields: tuple[str, ...]
    """Values of unquoted fields, and of quoted ones with their doubled quotes as they stand."""
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
