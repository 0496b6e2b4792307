"""The elements of one array of a JSON file, one after the other: the file need not fit into memory, nor be whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

_OUTSIDE, _INSIDE = re.compile(r'["{}\[\],]'), re.compile(r'["\\]')
_CHUNK = 1 << 16


class JsonArray:
    """The array under a key of the outermost object.

    Parameters
    ----------
    handle : TextIO
        The file.
    key : str
        The key.
    most : int
        Characters of an element that is given.

    Attributes
    ----------
    found : bool
        Whether there is such an array, once the elements were read.
    whole : bool
        Whether all brackets are closed, once the elements were read.
    """

    def __init__(self, handle: TextIO, key: str, most: int) -> None:
        self._handle, self._most = handle, most
        self._key = re.compile(rf'\s*"{re.escape(key)}"\s*:\s*')
        self.found = self.whole = False
        self._depth = 0
        self._quoted = False
        self._within = False
        """Whether the array was entered and not left."""
        self._parts: list[str] = []
        self._size = 0

    def elements(self) -> Iterator[str | None]:
        """Yield the text of each element; None in the place of one that is too long."""
        escaped = closed = False
        while chunk := self._handle.read(_CHUNK):
            at, start = int(escaped), 0
            escaped = False
            while match := (_INSIDE if self._quoted else _OUTSIDE).search(chunk, at):
                sign, at = match[0], match.end()
                if sign == "\\":
                    escaped = at == len(chunk)
                    at += 1
                elif sign == '"':
                    self._quoted = not self._quoted
                elif self._ends(sign):
                    self._keep(chunk[start : match.start()])
                    yield from self._element(last=sign != ",")
                    closed |= sign == "]"
                    start = at
                elif self._begins(sign, chunk[start : match.start()]):
                    start = at
            self._keep(chunk[start:])
        self.whole = closed and not self._depth and not self._quoted

    def _ends(self, sign: str) -> bool:
        """Count a bracket; whether an element of the array ends at this sign."""
        if sign == ",":
            return self._within and self._depth == 2
        self._depth += 1 if sign in "{[" else -1
        return self._within and self._depth == 1

    def _begins(self, sign: str, before: str) -> bool:
        """Whether something begins behind this sign: the array, or another key of the outermost object."""
        if self._within:
            return False
        if sign == "[" and self._depth == 2 and not self.found and self._key.fullmatch("".join(self._parts) + before):
            self.found = self._within = True
        elif not (sign in ",{" and self._depth == 1):
            return False
        self._parts, self._size = [], 0
        return True

    def _keep(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._most:
            self._parts.clear()
        elif not self.found or self._within:
            self._parts.append(text)

    def _element(self, *, last: bool) -> Iterator[str | None]:
        text = "".join(self._parts)
        if self._size > self._most:
            yield None
        elif not last or (text and not text.isspace()):
            yield text
        self._parts, self._size = [], 0
        self._within = not last
