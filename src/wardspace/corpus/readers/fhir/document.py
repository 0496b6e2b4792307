"""A JSON document of resources over many lines: a Bundle, a list or a single one, read piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.damage import DAMAGE, damage_of
from wardspace.corpus.readers.jsonl import is_deep

_PIECE = 8192
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[\s\ufeff\x1e]*+")
_NEXT = re.compile(r'\{\s*"(?:fullUrl|resource|resourceType)"\s*:')
_MALFORMED = "malformed JSON"


class _MalformedError(Exception):
    """What was met is no JSON; `args` has the place in the buffer."""


class Document:
    """Reads values one by one, so that memory does not grow with the number of entries of a Bundle.

    What is malformed costs itself: reading goes on with what next looks like an entry or a resource.

    Parameters
    ----------
    text : TextIO
        The document.
    raw : BinaryIO
        The file behind it.
    most : int
        Characters of a value at most.
    """

    def __init__(self, text: TextIO, raw: BinaryIO, most: int) -> None:
        self._text, self._raw, self._most = text, raw, most
        self._buffer = ""
        self._at = self._counted = 0
        self._line, self._size = 1, _PIECE
        self._ended = False
        self.damage: Fault | None = None
        """Why the file could not be read to its end."""

    def values(self) -> Iterator[tuple[int, int, Any]]:
        """Yield the line, the number of the outermost value, and each resource or entry of a Bundle, or a `Fault`."""
        top, mending = 0, False
        while sign := self._peek():
            line = self._here()
            try:
                if sign == "{":
                    top += not mending
                    for inner, value in self._object():
                        yield inner, top, value
                elif sign in "[,]" or (mending and sign in ":}"):  # a list's resources are read as if each was alone
                    self._at += 1
                elif mending:
                    self._value()
                else:
                    raise _MalformedError(self._at)
            except _MalformedError as error:
                yield line, top, Fault(_MALFORMED, "malformed JSON: what follows is read from the next resource on")
                mending = True
                self._resume(error.args[0])

    def _object(self) -> Iterator[tuple[int, Any]]:
        """A resource, or the entries of a Bundle; each with its line."""
        line, members = self._here(), dict[str, Any]()
        self._at += 1
        while (sign := self._peek()) != "}":
            if sign == ",":
                self._at += 1
                continue
            key = self._value() if sign == '"' else None
            if not isinstance(key, str) or self._peek() != ":":
                raise _MalformedError(self._at)
            self._at += 1
            if key == "entry" and self._peek() == "[":
                yield from self._entries()
            else:
                members[key] = self._value()
        self._at += 1
        if members.get("resourceType") != "Bundle":
            yield line, members

    def _entries(self) -> Iterator[tuple[int, Any]]:
        self._at += 1
        while (sign := self._peek()) != "]":
            if sign == ",":
                self._at += 1
            elif sign == "{":
                line = self._here()
                yield line, self._value()
            else:
                raise _MalformedError(self._at)
        self._at += 1

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
            except RecursionError as error:
                raise _MalformedError(self._at + 1) from error
            except ValueError as error:  # malformed, or not there in full
                if not self._more():
                    raise _MalformedError(max(getattr(error, "pos", 0), self._at + 1)) from error
                continue
            if end == len(self._buffer) and self._more():  # a number may go on
                continue
            self._at, self._size = end, _PIECE
            if isinstance(value, dict | list) and is_deep(value):
                raise _MalformedError(end)
            return value

    def _resume(self, place: int) -> None:
        """Go on to what looks like the next entry or resource."""
        self._at = min(place, len(self._buffer))
        while not (found := _NEXT.search(self._buffer, self._at)):
            self._at = max(self._at, len(self._buffer) - 64)
            if not self._more():
                self._at = len(self._buffer)
                return
        self._at = found.start()

    def _peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _here(self) -> int:
        """The line that reading has come to."""
        self._line += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _more(self) -> bool:
        """Read on; False at the end, or where a value is too long."""
        if self._ended or len(self._buffer) - self._at > self._most:
            return False
        self._here()
        parts = [self._buffer[self._at :]]
        wanted = self._size
        try:
            while wanted > 0 and (part := self._text.read(_PIECE)):
                parts.append(part)
                wanted -= len(part)
        except DAMAGE as error:
            self.damage = damage_of(error, self._raw)
        self._ended = wanted > 0
        self._buffer, self._at, self._counted = "".join(parts), 0, 0
        self._size *= 2
        return len(parts) > 1
