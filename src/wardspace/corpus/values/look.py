"""A look at the first rows of each file, before any is read for good: what single values cannot tell, columns can."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.row import Reader, Row
from wardspace.corpus.schema import Roles
from wardspace.corpus.values.canonical import canonical, is_padded, is_pointed
from wardspace.corpus.values.time_forms import TimeForm, TimesSeen
from wardspace.corpus.values.values import Values

_ROWS, _FEWEST, _MOST = 20_000, 50, 1000
"""Rows that are looked at: of all files together, and the fewest and most of each."""
_SLIPS = 0.1
"""Values with a point that means something, per whole number with zeros behind it, that may be slips."""
_FILES_NAMED = 3
_LONGEST_WORD = 64


def look(readers: Sequence[Reader], roles: Roles, config: CorpusConfig) -> Values:
    """Learn how the columns of a source write ids, categories and times.

    Of each file the first rows are read; where they leave open whether day or month comes first, more, until a value
    tells. Nothing is kept of them.

    Parameters
    ----------
    readers : sequence of Reader
        They are read from their beginning, and can be read again.
    roles : Roles
        Which column plays which role.
    config : CorpusConfig
        The study's corpus section.

    Raises
    ------
    CorpusError
        If notes are split by times and nothing tells how these are to be read.
    """
    times = roles.times if roles.time_format is None else tuple(name for name in roles.times if name != roles.time)
    rows = max(_FEWEST, min(_MOST, _ROWS // max(1, len(readers))))
    looking = _Looking(roles, times, config.missing.words_outside_categories, rows)
    for reader in readers:
        if reader.format != "ward":  # its values are as the program makes them
            looking.read(reader)
    forms, warnings = looking.forms()
    if config.split.by == "time" and roles.time in warnings:
        raise CorpusError(
            warnings[roles.time], where="corpus.columns.time_format", fix="set it, such as %d/%m/%Y or %m/%d/%Y"
        )
    return Values(config.missing, looking.pointed, forms, frozenset(looking.exported), tuple(warnings.values()))


class _Looking:
    def __init__(self, roles: Roles, times: Sequence[str], words: Sequence[str], rows: int) -> None:
        self._points: dict[str, Counter[bool]] = defaultdict(Counter)
        self.exported: set[str] = set()
        self._rows, self._times, self._words = rows, times, frozenset(words)
        place = {name: i for i, name in enumerate(roles.needed)}
        read = (roles.note_id, roles.patient_id, *roles.categories, roles.stratify, roles.split, *roles.auxiliary)
        spelled = dict.fromkeys(name for name in read if name and name not in roles.times)
        self._places_of_times = [(name, place[name]) for name in times]
        self._places_of_texts = [(name, place[name]) for name in spelled]
        of_notes = (roles.note_id, roles.patient_id, roles.time, roles.text)
        self._places_of_notes = [place[name] for name in of_notes if name]
        self._seen: dict[str, dict[str, TimesSeen]] = defaultdict(dict)

    def read(self, reader: Reader) -> None:
        """Look at the rows of a file."""
        seen = {name: TimesSeen() for name in self._times}
        for name in self._times:
            self._seen[name][reader.name] = seen[name]
        with closing(reader.rows()) as rows:  # type: ignore[type-var]  # an iterator that is a generator
            for count, row in enumerate(rows, 1):
                self._see(row, seen, texts=count <= self._rows)
                if count >= self._rows and not any(column.is_open for column in seen.values()):
                    break

    def _see(self, row: Row, seen: dict[str, TimesSeen], *, texts: bool) -> None:
        if row.values is None:
            return
        for name, place in self._places_of_times:
            text = canonical(row.values[place])
            if text is not None:
                seen[name].see(text)
        if not texts:
            return
        for place in self._places_of_notes:
            value = row.values[place]
            if isinstance(value, str) and len(value) <= _LONGEST_WORD and value.strip() in self._words:
                self.exported.add(value.strip())
        for name, place in self._places_of_texts:
            value = row.values[place]
            if isinstance(value, str) and "." in value:
                text = value.strip()
                pointed = is_pointed(text)
                if pointed or is_padded(text):
                    self._points[name][pointed] += 1

    @property
    def pointed(self) -> frozenset[str]:
        """Columns in which a point has a meaning: more than single values have one that says something."""
        return frozenset(name for name, seen in self._points.items() if seen[True] > _SLIPS * seen[False])

    def forms(self) -> tuple[dict[tuple[str, str], TimeForm], dict[str, str]]:
        """How times are written, by file and column, and what is to be said of a column."""
        found: dict[tuple[str, str], TimeForm] = {}
        warnings: dict[str, str] = {}
        for column, files in self._seen.items():
            told = {seen.form().day_first for seen in files.values() if not seen.is_torn} - {None}
            shared = next(iter(told)) if len(told) == 1 else None
            own = {file: seen.form(shared) for file, seen in files.items() if seen.values}
            if len(set(own.values())) == 1:
                found["", column] = next(iter(own.values()))
            else:
                found |= {(file, column): form for file, form in own.items() if form != TimeForm()}
            unsure = [file for file, seen in files.items() if seen.is_torn or (seen.is_open and shared is None)]
            if unsure:
                warnings[column] = _unsure(column, unsure, files[unsure[0]])
        return found, warnings


def _unsure(column: str, files: Sequence[str], seen: TimesSeen) -> str:
    """A column whose dates can be read in two ways."""
    named = ", ".join(files[:_FILES_NAMED]) + (f" and {len(files) - _FILES_NAMED} more" * (len(files) > _FILES_NAMED))
    what = (
        "dates contradict each other in the order of day, month and year"
        if seen.is_torn
        else ("nothing tells whether day or month comes first")
    )
    return (
        f"column {column!r}: {what} ({seen.shape}, in {named}), so that they are not read:"
        " set corpus.columns.time_format, such as %d/%m/%Y or %m/%d/%Y"
    )
