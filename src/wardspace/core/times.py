"""Times as exports write them, read in one way everywhere.

A time is a number, or a date with or without a time of day and a zone. Forms that leave no choice are always read.
Where the order of day and month is open (`4/5/2024`), or digits alone may be a number as well (`20240405`), the caller
must say which: nothing is guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal, NamedTuple

Order = Literal["day first", "month first", "either"]
"""Which of day and month comes first in a date of numbers; `either` where both give a date."""

MONTHS = (
    "january januar janvier enero jänner", "february februar février febrero", "march märz mars marzo mrz",
    "april avril abril", "may mai mayo", "june juni juin junio", "july juli juillet julio",
    "august août agosto", "september septembre septiembre setiembre", "october oktober octobre octubre",
    "november novembre noviembre", "december dezember décembre diciembre",
)  # fmt: skip
"""Names of the months in English, German, French and Spanish; a beginning of three letters is enough if no other
month begins so."""
FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Digits alone are a date only within these years."""
_TURN = 69  # two-digit years from here on are of the last century (POSIX strptime)
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "cet": 1, "mez": 1, "cest": 2, "mesz": 2, "west": 1, "eet": 2, "eest": 3,
}  # fmt: skip
"""Hours from UTC; the American ones as in RFC 5322."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OFFSET = "[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?"
_ISO = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"(?:[T ][0-9]{{2}}(?::[0-9]{{2}}(?::[0-9]{{2}}(?:[.,][0-9]+)?)?)?(?:Z|{_OFFSET})?)?"
)
_MONTH = re.compile("[0-9]{4}-[0-9]{2}")
_COMPACT = re.compile(
    "(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
    "(?:T?(?P<H>[0-9]{2})(?:(?P<M>[0-9]{2})(?:(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]+))?)?)?)?"
    rf" ?(?P<zone>Z|{_OFFSET})?"
)
_ZONE = rf"(?:UTC|GMT)?{_OFFSET}|(?:UTC|GMT)[+-][0-9]|[A-Z]{{1,4}}"
_TIME_OF_DAY = (
    r"(?P<H>[0-9]{1,2})(?:[:.h時时](?P<M>[0-9]{2})(?:[:.分](?P<S>[0-9]{2})(?:[.,:](?P<f>[0-9]+))?)?[分秒]?)?"
    rf"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?:uhr|hrs|h)\b)? ?(?P<zone>{_ZONE})?(?: ?\[[\w/+-]+\]| ?\([A-Z]+\))?"
)
_CLOCK = rf"(?:(?:[T:]|[,;]? (?:um |at |à )?){_TIME_OF_DAY})?"
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,? )?"
_DAY = "(?P<d>[0-9]{1,2})"
_NAME = r"(?P<name>[^\W\d_]{3,11})\.?"
_YEAR = "(?P<y>[0-9]{4}|['’]?[0-9]{2})"
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        _COMPACT.pattern,
        rf"(?P<y>[0-9]{{4}})(?P<sep>[-/.])(?P<m>[0-9]{{1,2}})(?P=sep){_DAY}{_CLOCK}",
        rf"(?P<y>[0-9]{{4}})年(?P<m>[0-9]{{1,2}})月{_DAY}日(?: ?{_TIME_OF_DAY})?",
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th|er|\.)?[-/ ]?(?:de )?{_NAME}(?: de |[-/, ]{{0,2}}){_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_NAME}[- ]{_DAY}(?:st|nd|rd|th)?(?:, ?|[- ]){_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_NAME} {_DAY} (?P<H>[0-9]{{2}}):(?P<M>[0-9]{{2}}):(?P<S>[0-9]{{2}})"
        rf"(?: (?P<zone>{_ZONE}))? (?P<y>[0-9]{{4}})",
    )
)
_OPEN = re.compile(
    rf"{_WEEKDAY}(?P<a>[0-9]{{1,2}})(?P<sep>[-/.])(?:(?<=\.) )?(?P<b>[0-9]{{1,2}})(?P=sep)(?:(?<=\.) )?{_YEAR}{_CLOCK}",
    re.IGNORECASE,
)


class Time(NamedTuple):
    """A date, with or without a time of day and a zone."""

    at: datetime
    """Without a zone where none is written."""
    has_clock: bool
    """Whether a time of day is written."""

    @property
    def iso(self) -> str:
        """As ISO 8601."""
        return self.at.isoformat() if self.has_clock else self.at.date().isoformat()

    @property
    def seconds(self) -> float:
        """Since 1970; a time without a zone counts as UTC."""
        return (self.at if self.at.tzinfo else self.at.replace(tzinfo=UTC)).timestamp()


def is_number(text: str) -> bool:
    """Whether a time is a finite number."""
    return _NUMBER.fullmatch(text) is not None and math.isfinite(float(text))


def is_compact(text: str) -> bool:
    """Whether digits alone are a date as HL7 writes it: `20240131`, `202401311030`, `20240131103000.5`."""
    whole = text.partition(".")[0]
    if len(whole) not in (8, 12, 14) or not is_number(text):
        return False
    found = _compact(text)
    return found is not None and FIRST_YEAR <= found.at.year <= LAST_YEAR


def is_iso(text: str) -> bool:
    """Whether a time is written as in ISO 8601, so that it is kept as it is."""
    return _iso(text) is not None


def order_of(text: str) -> Order | None:
    """The order of day and month in a date of numbers such as `4/5/2024`; None for any other value.

    Where points part them the day comes first (`4.5.2024`), as in all countries that write dates so.
    """
    match = _OPEN.fullmatch(_plain(text))
    if match is None:
        return None
    day, month = _built(match, "a", "b"), _built(match, "b", "a")
    if day and month:
        return "day first" if match["sep"] == "." else "either"
    return "day first" if day else "month first" if month else None


def read_time(text: str, *, day_first: bool | None = None, compact: bool = False) -> Time | None:
    """Read a time.

    Parameters
    ----------
    text : str
        A time without outer blanks.
    day_first : bool, optional
        The order of day and month in dates of numbers; without it those are not read.
    compact : bool
        Whether digits alone are dates, and no numbers.

    Returns
    -------
    Time or None
        None where it is no date, or one that cannot be read for sure.

    References
    ----------
    ISO 8601; HL7 v2 data type DTM; RFC 5322, section 3.3.
    """
    if (found := _iso(text)) is not None:
        return found
    if is_number(text):
        return _compact(text) if compact and is_compact(text) else None
    plain = _plain(text)
    for shape in _SHAPES:
        match = shape.fullmatch(plain)
        if match is not None and (found := _built(match, "d", "m")) is not None:
            return found
    match = _OPEN.fullmatch(plain) if day_first is not None else None
    if match is None:
        return None
    return _built(match, "a", "b") if day_first else _built(match, "b", "a")


def moment(text: str | None) -> float | None:
    """A time as a number to order by: a finite number as it is, a date in seconds since 1970.

    A time without a zone counts as UTC. None where the value is missing or cannot be read.
    """
    if text is None:
        return None
    if is_number(text):
        return float(text)
    found = read_time(text)
    return None if found is None else found.seconds


def full_year(written: str) -> int:
    """A year of two or four digits; two are of the last century from 69 on (POSIX strptime)."""
    digits = written.strip("'’")
    year = int(digits)
    if len(digits) > 2:
        return year
    return 1900 + year if year >= _TURN else 2000 + year


def _plain(text: str) -> str:
    """A time with single blanks."""
    return " ".join(text.split())


def _iso(text: str) -> Time | None:
    try:
        if _MONTH.fullmatch(text):  # FHIR has dates without a day: they begin with the month
            return Time(datetime.fromisoformat(f"{text}-01"), False)
        if _ISO.fullmatch(text):
            return Time(datetime.fromisoformat(text), len(text) > len("2024-05-01"))
    except ValueError:
        return None
    return None


def _compact(text: str) -> Time | None:
    match = _COMPACT.fullmatch(text)
    return None if match is None else _built(match, "d", "m")


def _built(match: re.Match[str], day: str, month: str) -> Time | None:
    """The time of the calendar that a match spells; None where there is none."""
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    number = int(parts[month]) if month in parts else _month(parts["name"])
    zone = _zone(parts.get("zone"))
    if number is None or zone == "unknown":
        return None
    hour = _hour(parts)
    try:
        base = datetime(full_year(parts["y"]), number, int(parts[day]), tzinfo=None if zone is None else zone)
        if hour is None:
            return Time(base, False)
        rest = int(parts.get("M") or 0), int(parts.get("S") or 0), int((parts.get("f") or "0").ljust(6, "0")[:6])
        if hour == 24 and rest == (0, 0, 0):  # the end of a day, as ISO 8601 and HL7 write it
            return Time(base + timedelta(days=1), True)
        return Time(base.replace(hour=hour, minute=rest[0], second=rest[1], microsecond=rest[2]), True)
    except (ValueError, OverflowError):
        return None


def _hour(parts: dict[str, str]) -> int | None:
    if "H" not in parts:
        return None
    hour = int(parts["H"])
    if "half" not in parts:
        return hour
    if not 1 <= hour <= 12:
        return 99  # 13 p.m. is no time
    return hour % 12 + (12 if parts["half"].casefold() == "p" else 0)


def _zone(written: str | None) -> timezone | Literal["unknown"] | None:
    if written is None:
        return None
    known = _ZONES.get(written.casefold())
    if known is not None:
        return UTC if known == 0 else timezone(timedelta(hours=known))
    digits = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d\d)?:?(\d\d)?", written, re.IGNORECASE)
    if digits is None:
        return "unknown"
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0), seconds=int(digits[4] or 0))
    if offset >= timedelta(days=1):
        return "unknown"
    return timezone(-offset if digits[1] == "-" else offset) if offset else UTC


@lru_cache(maxsize=256)
def _month(name: str) -> int | None:
    folded = _folded(name)
    found = [
        number
        for number, names in enumerate(MONTHS, 1)
        if any(_folded(full).startswith(folded) for full in names.split())
    ]
    return found[0] if len(found) == 1 else None


def _folded(name: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
