"""Dates moved by a number of days, written as they were."""

from __future__ import annotations

import re
from datetime import date, timedelta

from wardspace.core.times import full_year
from wardspace.corpus.deidentify.folding import Folded, folded
from wardspace.corpus.deidentify.rules.dates import SHAPES
from wardspace.corpus.deidentify.rules.months import in_chinese, is_chinese, month_name, month_number, number

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
    folding = folded(text)
    # a letter that English has not: déc. is French, though its plain letters are an English month too
    abroad = any(letter.isalpha() and not letter.isascii() for letter in text)
    for shape in sorted(SHAPES, key=lambda shape: (shape.language == "en") == abroad):
        match = _whole(shape.pattern, folding.text)
        if match is not None:
            values = _moved(match, days, shape.language, day_first=day_first)
            return None if values is None else _written(folding, match, values)
    return None


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    # some shapes look behind them for a word that makes a fraction a date
    for before in ("", "on ", "am ", "le "):
        match = pattern.fullmatch(before + text, len(before))
        if match is not None:
            return match
    return None


def _moved(match: re.Match[str], days: int, language: str, *, day_first: bool) -> dict[str, str] | None:
    """What the named parts of a date become; None if it is no date of the calendar."""
    parts = {name: value for name, value in match.groupdict().items() if value}
    day, month = _order(parts, day_first)
    try:
        old = date(
            _year(parts.get("y")),
            month_number(parts["name"], language) if "name" in parts else number(parts[month]),
            number(parts[day]) if day in parts else 15,
        )
        new = old + timedelta(days)
        first = old.replace(day=int(parts["d0"])) + timedelta(days) if "d0" in parts else None
    except (ValueError, OverflowError):
        return None
    width = _width(
        [parts[name] for name in (day, month, "d0") if name in parts], named="name" in parts or language == "zh"
    )
    values = {day: _digits(new.day, parts.get(day), width), month: _digits(new.month, parts.get(month), width)}
    if "y" in parts:
        values["y"] = _new_year(new.year, parts["y"])
    if "name" in parts:
        values["name"] = month_name(new.month, parts["name"], language)
    if "nth" in parts:
        values["nth"] = _ordinal(new.day, language, upper=parts["nth"].isupper())
    if first is not None:
        other_month = "" if first.month == new.month else f" {month_name(first.month, parts['name'], language)}"
        values["d0"] = f"{first.day:0{width}d}{other_month}"
    return values


def _digits(value: int, written: str | None, width: int) -> str:
    if written is not None and is_chinese(written):
        return in_chinese(value, written)
    return f"{value:0{width}d}"


def _new_year(year: int, written: str) -> str:
    if is_chinese(written):
        return in_chinese(year, written)
    return re.sub(r"\d+", f"{year:04d}" if len(written) == 4 else f"{year % 100:02d}", written)


def _order(parts: dict[str, str], day_first: bool) -> tuple[str, str]:
    """Which groups are day and month."""
    if "a" not in parts:
        return "d1" if "d1" in parts else "d", "m"
    if int(parts["a"]) > 12:
        return "a", "b"
    if int(parts["b"]) > 12:
        return "b", "a"
    return ("a", "b") if day_first else ("b", "a")


def _year(written: str | None) -> int:
    if written is None:
        return _NO_YEAR
    return number(written) if is_chinese(written) else full_year(written)


def _width(written: list[str], *, named: bool) -> int:
    """Digits of day and month: a leading zero says two, as does 12.10. where nothing else is written."""
    if any(part.startswith("0") for part in written):
        return 2
    return 1 if named or any(len(part) < 2 or not part.isdecimal() for part in written) else 2


def _ordinal(day: int, language: str, *, upper: bool) -> str:
    if language == "fr":
        ending = "er" if day == 1 else ""
    elif language == "es":
        ending = "º" if day == 1 else ""
    else:
        ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return ending.upper() if upper else ending


def _written(folding: Folded, match: re.Match[str], values: dict[str, str]) -> str:
    """The date as it was written, with its named parts replaced."""
    text, base = folding.original, match.start()
    groups = sorted(
        (match.span(name), value) for name, value in values.items() if name in match.groupdict() and match[name]
    )
    for span, value in reversed(groups):
        start, end = folding.span(span[0] - base, span[1] - base)
        text = text[:start] + value + text[end:]
    return text
