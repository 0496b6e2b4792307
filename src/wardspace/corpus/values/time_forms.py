"""How a column of one file writes its times, told from its values: day or month first, digits that are dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wardspace.core.times import is_compact, is_number, order_of

_AGREE = 0.95
"""Share of the values that tell the order of day and month which must tell the same."""
_SHORT_YEAR = re.compile(r"\D*(\d{1,2})\D(\d{1,2})\D ?(\d\d)(?!\d)")
_MOST_PARTS = 400


@dataclass(frozen=True)
class TimeForm:
    """How the times of a column are to be read (see `wardspace.core.times.read_time`)."""

    day_first: bool | None = None
    """The order of day and month in dates of numbers; None where there are none, or nothing tells."""
    compact: bool = False
    """Whether digits alone are dates."""


class TimesSeen:
    """Counts the values of a column until they tell how it writes times."""

    def __init__(self) -> None:
        self.values = 0
        self.day_first = 0
        self.month_first = 0
        self.either = 0
        self.shape = ""
        """A date whose order is open, with nines for its digits."""
        self._numbers = self._compact = 0
        self._firsts: set[str] = set()
        self._years: set[str] = set()

    def see(self, text: str) -> None:
        """Count one value."""
        self.values += 1
        if is_number(text):
            self._compact += is_compact(text)
            self._numbers += 1
            return
        order = order_of(text)
        if order is None:
            return
        self.day_first += order == "day first"
        self.month_first += order == "month first"
        self.either += order == "either"
        self.shape = self.shape or re.sub(r"\d", "9", text)
        short = _SHORT_YEAR.match(text)
        if short and len(self._years) < _MOST_PARTS:
            self._firsts.add(short[1])
            self._years.add(short[3])

    @property
    def is_open(self) -> bool:
        """Whether there are dates of numbers and nothing yet tells the order of day and month in them."""
        return bool(self.either) and not (self.day_first or self.month_first)

    @property
    def is_torn(self) -> bool:
        """Whether values contradict each other, or the year seems to come first (`24-12-31`)."""
        most, total = max(self.day_first, self.month_first), self.day_first + self.month_first
        return most < _AGREE * total or len(self._years) > max(1, len(self._firsts))

    def form(self, day_first: bool | None = None) -> TimeForm:
        """How the values are to be read; `day_first` is the order where these tell none."""
        compact = 0 < self._compact == self._numbers
        if self.is_torn:
            return TimeForm(None, compact)
        if self.day_first or self.month_first:
            day_first = self.day_first > self.month_first
        return TimeForm(day_first if self.either or self.day_first or self.month_first else None, compact)
