"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import TOO_LONG, Fault
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.damage import DAMAGE, damage_of, damage_warning
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Row
from wardspace.corpus.readers.text_file import TextFile, bounded_lines

_DEEPEST = 100
_KIND = "malformed JSON"


class JsonLines(TextFile):
    """The objects of one file, one a line."""

    def objects(self) -> Iterator[tuple[int, dict[str, Any] | None, Fault | None]]:
        """Yield number, object and, where the line is no JSON object, its fault."""
        for number, line in self.lines():
            yield number, *((None, line) if isinstance(line, Fault) else parsed(line))

    def lines(self) -> Iterator[tuple[int, str | Fault]]:
        """Yield number and text of each line that holds something, or why it cannot be read."""
        # JSON forbids line breaks inside strings, so that a line feed always ends a row.
        with self.opened("\n") as (handle, raw):
            number, most = 0, self.file.limits.row_characters
            try:
                for number, line in enumerate(bounded_lines(handle, most), 1):
                    if line is None:
                        reason = f"a line longer than {most} characters (corpus.source.limits.row_characters)"
                        yield number, Fault(TOO_LONG, reason)
                    elif not line.isspace():
                        yield number, line
            except DAMAGE as error:
                if not number:
                    raise
                fault = damage_of(error, raw)
                self.warnings[:] = dict.fromkeys([*self.warnings, damage_warning(self.name, number + 1, fault)])
                yield number + 1, fault


class JsonlReader:
    """Reads one file of JSON lines; a key that an object lacks is a missing value.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Keys to read.
    encoding : str
        Encoding, or `auto`.

    Raises
    ------
    CorpusError
        If no line is a JSON object, no object has one of the keys, or the encoding is wrong.
    """

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str) -> None:
        self.name, self.format, self.size = file.name, file.format, file.size
        self._needed = needed
        self._lines = JsonLines(file, encoding)
        self.encoding, self.warnings = self._lines.encoding, self._lines.warnings
        self._check_keys()

    def position(self) -> int:
        """Bytes read so far."""
        return self._lines.position()

    def rows(self) -> Iterator[Row]:
        """Yield the rows; a line that is no JSON object is a fault."""
        for number, value, fault in self._lines.objects():
            values = None if value is None else tuple([value.get(key) for key in self._needed])
            yield Row(number, values, fault)

    def _check_keys(self) -> None:
        """Read on until every key was met: in the first lines as a rule, in the whole file if one is rare."""
        keys: dict[str, None] = {}
        objects = 0
        for _, value, _ in self._lines.objects():
            if value is not None:
                objects += 1
                keys.update((key, None) for key in value if len(keys) < 1000 or key in self._needed)
                if all(key in keys for key in self._needed):
                    return
        if not objects:
            raise CorpusError(
                "no line of this file is a JSON object",
                where=self.name,
                fix="write one object a line (an array becomes that with `jq -c '.[]'`)",
            )
        check_columns(list(keys), self._needed, self.name)


def parsed(line: str) -> tuple[dict[str, Any] | None, Fault | None]:
    """The object that a line holds, or why it holds none."""
    try:
        value = json.loads(line.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return None, Fault(_KIND, f"malformed JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets in thousands
        return None, Fault(_KIND, "malformed JSON: a value too long or too deep")
    if not isinstance(value, dict):
        return None, Fault(_KIND, "not a JSON object")
    if line.count("[") + line.count("{") > _DEEPEST and is_deep(value):
        return None, Fault(_KIND, "malformed JSON: a value too long or too deep")
    return value, None


def is_deep(value: Any) -> bool:
    """Whether lists and objects are nested deeper than anybody means; to write them again needs the stack."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
