"""Dates moved by a number of days, written as they were."""

from __future__ import annotations

import re
from datetime import date, timedelta

from wardspace.core.times import full_year
from wardspace.corpus.deidentify.rules.dates import MONTHS, SHAPES

# a year for dates without one: a leap year, so that the 29th of February is a date
_NO_YEAR = 2024


def shifted(text: str, days: int, *, day_first: bool) -> str | None:
    """A date moved by `days`, in the same notation.

    Parameters
    ----------
    text : str
        The date alone, as `dates` finds it.
    days : int
        How far to move it.
    day_first : bool
        Whether 4/5/23 is the 4th of May; where only one order gives a date, that one counts.

    Returns
    -------
    str or None
        None if it is no date of the calendar.
    """
    for _, pattern in SHAPES:
        match = _whole(pattern, text)
        if match is not None:
            return _moved(match, days, day_first)
    return None


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    # some shapes look behind them for a word that makes a fraction a date
    for before in ("", "on "):
        match = pattern.fullmatch(before + text, len(before))
        if match is not None:
            return match
    return None


def _moved(match: re.Match[str], days: int, day_first: bool) -> str | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    order = _order(parts, day_first)
    day, month = order
    try:
        old = date(
            _year(parts.get("y")),
            MONTHS.index(_full(parts["name"])) + 1 if "name" in parts else int(parts[month]),
            int(parts[day]) if day in parts else 15,
        )
        new = old + timedelta(days)
        first = old.replace(day=int(parts["d0"])) + timedelta(days) if "d0" in parts else None
    except (ValueError, OverflowError):
        return None
    width = _width([parts[name] for name in (day, month, "d0") if name in parts], named="name" in parts)
    values = {day: f"{new.day:0{width}d}", month: f"{new.month:0{width}d}"}
    if "y" in parts:
        values["y"] = re.sub(r"\d+", f"{new.year:04d}" if len(parts["y"]) == 4 else f"{new.year % 100:02d}", parts["y"])
    if "name" in parts:
        values["name"] = _like(MONTHS[new.month - 1], parts["name"])
    if "nth" in parts:
        values["nth"] = _ordinal(new.day, upper=parts["nth"].isupper())
    if first is not None:
        other_month = "" if first.month == new.month else f" {_like(MONTHS[first.month - 1], parts['name'])}"
        values["d0"] = f"{first.day:0{width}d}{other_month}"
    return _written(match, values)


def _order(parts: dict[str, str], day_first: bool) -> tuple[str, str]:
    """Which groups are day and month."""
    if "a" not in parts:
        return "d", "m"
    if int(parts["a"]) > 12:
        return "a", "b"
    if int(parts["b"]) > 12:
        return "b", "a"
    return ("a", "b") if day_first else ("b", "a")


def _year(written: str | None) -> int:
    return _NO_YEAR if written is None else full_year(written)


def _full(name: str) -> str:
    return next(month for month in MONTHS if month.startswith(name.lower()[:3]))


def _width(written: list[str], *, named: bool) -> int:
    """Digits of day and month: a leading zero says two, as does 12.10. where nothing else is written."""
    if any(part.startswith("0") for part in written):
        return 2
    return 1 if named or any(len(part) < 2 for part in written) else 2


def _like(month: str, written: str) -> str:
    """A month in full or short and in the case of another."""
    name = month if written.lower() in MONTHS else month[:3]
    if written.isupper():
        return name.upper()
    return name if written.islower() else name.capitalize()


def _ordinal(day: int, *, upper: bool) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ending.upper() if upper else ending


def _written(match: re.Match[str], values: dict[str, str]) -> str:
    """The match with its groups replaced, all else as it was."""
    text, base = match[0], match.start()
    groups = sorted(
        (match.span(name), value) for name, value in values.items() if name in match.groupdict() and match[name]
    )
    for (start, end), value in reversed(groups):
        text = text[: start - base] + value + text[end - base :]
    return text
