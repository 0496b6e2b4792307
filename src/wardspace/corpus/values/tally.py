"""What was done to the values of a corpus to read them: counts, and what must be known of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.times import moment
from wardspace.corpus.values.canonical import canonical, is_padded
from wardspace.corpus.values.values import MISSING, RESPELLED, ROUNDED, TIME, Reading

_SHARE, _FEWEST_NOTES, _TIMES_MEDIAN = 0.05, 20, 5
"""One patient with more is implausible: share of all notes, notes, and times the median of notes per patient."""
_SHAPE = 24


class ReadingsTally:
    """Counts over all notes.

    Parameters
    ----------
    patient : str or None
        Column of the patients.
    time : str or None
        Column of the times.
    warnings : sequence of str
        What the columns leave open.
    """

    def __init__(self, patient: str | None, time: str | None, warnings: Sequence[str] = ()) -> None:
        self._patient, self._time, self._warnings = patient, time, warnings
        self._respelled: Counter[str] = Counter()
        self._rounded: Counter[str] = Counter()
        self._missing: dict[str, Counter[str]] = defaultdict(Counter)
        self._forms: Counter[str] = Counter()
        self._times: Counter[str] = Counter()
        self._unread_shape = ""
        self.patients_in_two_spellings = 0

    def add(self, time: str | None, readings: Iterable[Reading]) -> bool:
        """Count a note; whether its patient was spelled otherwise."""
        other = False
        for kind, column, *more in readings:
            if kind in (RESPELLED, ROUNDED):
                self._respelled[column] += 1
                self._rounded[column] += kind == ROUNDED
                other = other or column == self._patient
            elif kind == MISSING:
                self._missing[column][more[0]] += 1
            elif kind == TIME:
                self._forms[more[0]] += 1
        if self._time is not None:
            self.see_time(time)
        return other

    def see_time(self, time: str | None) -> None:
        """Count a time as it is stored."""
        if time is None:
            self._times["missing"] += 1
        elif moment(time) is None:
            self._times["unread"] += 1
            self._unread_shape = self._unread_shape or _shape(time)
        else:
            self._times["read"] += 1

    def add_missing(self, column: str, word: str) -> None:
        """Count a value that a row was left out for."""
        self._missing[column][word] += 1

    def summary(self) -> dict[str, Any]:
        """Values in another spelling, words for missing and forms of times, as plain values."""
        found: dict[str, Any] = {}
        if self._respelled:
            found["respelled"] = dict(self._respelled)
            found["patients_in_two_spellings"] = self.patients_in_two_spellings
        if self._missing:
            found["missing_words"] = {column: dict(words.most_common()) for column, words in self._missing.items()}
        if self._times:
            found["times"] = dict(self._times) | ({"converted": dict(self._forms)} if self._forms else {})
        return found

    def warnings(self) -> list[str]:
        """What must be known before figures are believed."""
        found = list(self._warnings)
        if self._respelled:
            told = ", ".join(f"{count} of {column}" for column, count in self._respelled.items())
            both = f"; {n} patients were there in both" if (n := self.patients_in_two_spellings) else ""
            found.append(f"values in another spelling, read as one with the same number (1001.0 is 1001): {told}{both}")
        for column, count in self._rounded.items():
            if count:
                found.append(
                    f"column {column!r}: {count} values such as 1.23457E+10 have lost digits, as spreadsheets do;"
                    " different ones may have become one: export the column as text"
                )
        if self._missing:
            told = ", ".join(
                f"{word} ({count} in {column})"
                for column, words in self._missing.items()
                for word, count in words.most_common()
            )
            found.append(f"words read as a missing value: {told}; corpus.missing says which")
        if (count := self._times["unread"]) and not self._warnings:  # they say so already
            found.append(
                f"column {self._time!r}: {count} of {count + self._times['read']} times cannot be read"
                f" (written as {self._unread_shape}): set corpus.columns.time_format, such as %d.%m.%Y %H:%M"
            )
        return found


def kept_words(categories: Mapping[str, Any], missing: MissingConfig) -> list[str]:
    """Categories that may mean a missing value and count as a class.

    Parameters
    ----------
    categories : mapping
        Values of each column by split, as `Categories.summary` has them.
    missing : MissingConfig
        Words for missing values.
    """
    return [
        f"column {column!r}: {word!r} counts as a value of its own in {sum(counts['values'][word].values())} notes;"
        " if it means that nothing is known, add it to corpus.missing.words"
        for column, counts in categories.items()
        for word in missing.words_outside_categories
        if word in counts["values"]
    ]


def like_spellings(categories: Mapping[str, Any]) -> list[str]:
    """Categories that are one whole number with and without zeros behind its point, in a column of codes.

    Parameters
    ----------
    categories : mapping
        Values of each column by split, as `Categories.summary` has them.
    """
    found = []
    for column, counts in categories.items():
        alike = [value for value in counts["values"] if is_padded(value) and canonical(value) in counts["values"]]
        if alike:
            told = ", ".join(f"{canonical(value)} and {value}" for value in alike[:3])
            found.append(f"column {column!r}: {told} are different values, as codes with a point are in it")
    return found


def implausible_patient(notes_per_patient: Mapping[str, Any], column: str | None) -> str | None:
    """A warning where one patient has far more notes than any can have: a word for missing, as a rule.

    Parameters
    ----------
    notes_per_patient : mapping
        As `Lengths.summary` has them.
    column : str or None
        Column of the patients.
    """
    if column is None or not notes_per_patient:
        return None
    most, total, median = (notes_per_patient[name] for name in ("max", "total", "median"))
    if most < max(_FEWEST_NOTES, _SHARE * total, _TIMES_MEDIAN * median):
        return None
    return (
        f"one patient has {most} of {total} notes ({most / total:.0%}; half of the patients have {median:g} or fewer):"
        f" is the id a word for a missing {column}? Then add it to corpus.missing.words"
    )


def _shape(time: str) -> str:
    """How a time is written, without what it says."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", time))[:_SHAPE]
