"""How the values of a study are read: one spelling each, words for what is missing, times in ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.times import is_iso, is_number, order_of, read_time
from wardspace.corpus.values.canonical import canonical, is_rounded
from wardspace.corpus.values.time_forms import TimeForm

Reading = tuple[str, ...]
"""What was done to a value to read it: one of the kinds below, its column and, of some kinds, more."""
RESPELLED, ROUNDED, MISSING, TIME = "respelled", "rounded", "missing", "time"
"""Kinds: another spelling; a number that lost digits; a word for missing; a time that was not in ISO 8601."""
DIGITS, NAMED = "digits", "other forms"
"""Forms of times besides day first and month first."""


@dataclass(frozen=True)
class Values:
    """Reads values; the same for all files of a study but for the forms of times.

    Parameters
    ----------
    missing : MissingConfig
        Words for missing values.
    pointed : frozenset of str
        Columns in whose texts a point has a meaning (see `canonical`).
    forms : mapping of TimeForm
        How times are written, by file and column; under "" for all other files.
    exported : frozenset of str
        Words for missing outside categories that ids, times or texts of this source hold: its program writes them for
        missing values, so that they mean the same in categories.
    warnings : tuple of str
        What the columns do not tell.
    """

    missing: MissingConfig = field(default_factory=MissingConfig)
    pointed: frozenset[str] = frozenset()
    forms: Mapping[tuple[str, str], TimeForm] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    def identity(self) -> list[Any]:
        """Everything that the outcome depends on, as plain values."""
        forms = [[*place, asdict(form)] for place, form in sorted(self.forms.items())]
        return [self.missing.model_dump(mode="json"), sorted(self.pointed), sorted(self.exported), forms]

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self.missing.words) | self.exported

    @cached_property
    def _all_words(self) -> frozenset[str]:
        return self._words | frozenset(self.missing.words_outside_categories)

    def text(self, column: str, value: Any, readings: list[Reading], *, category: bool = False) -> str | None:
        """An id or a category in its one spelling; None where there is none. What was done is added to `readings`."""
        found = canonical(value, pointed=column in self.pointed)
        if found is None:
            return None
        if found in (self._words if category else self._all_words):
            readings.append((MISSING, column, found))
            return None
        if isinstance(value, str):
            if found != value and found != value.strip():
                readings.append((ROUNDED if is_rounded(value.strip()) else RESPELLED, column))
        elif isinstance(value, float) and value.is_integer():
            readings.append((RESPELLED, column))
        return found

    def time(self, file: str, column: str, value: Any, readings: list[Reading], written: str | None) -> str | None:
        """A time in ISO 8601 where it can be read and is no number, else as it is; None where there is none.

        Parameters
        ----------
        file, column : str
            Where it is.
        value : object
            As the reader gives it.
        readings : list
            What was done is added.
        written : str or None
            The format of strptime that the study gives.
        """
        text = self.text(column, value, readings)
        if text is None:
            return None
        if written and (found := _by_format(text, written)):
            return found
        if is_iso(text):
            return text
        form = self.forms.get((file, column)) or self.forms.get(("", column)) or TimeForm()
        read = read_time(text, day_first=form.day_first, compact=form.compact)
        if read is None:
            return text
        readings.append((TIME, column, DIGITS if is_number(text) else self._order(text, form)))
        return read.iso

    def missing_text(self, text: str) -> str | None:
        """The word for missing that a note consists of; None for any other note."""
        bare = text.strip()
        return bare if bare in self._all_words else None

    @staticmethod
    def _order(text: str, form: TimeForm) -> str:
        return NAMED if order_of(text) is None else "day first" if form.day_first else "month first"


def _by_format(time: str, written: str) -> str | None:
    """A time written in a format of strptime as ISO 8601."""
    try:
        found = datetime.strptime(time, written)  # its zone, if it has one, is the format's affair
    except ValueError:
        return None
    return found.isoformat() if (found.hour, found.minute, found.second) != (0, 0, 0) else found.date().isoformat()
