"""Times as a few periods of equal length: months, quarters, years or several of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

MOST = 8
"""Periods at most: the shortest that make no more than this are taken."""
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 300, 1200)


def periods(times: Mapping[str, str | None]) -> dict[str, str]:
    """The period of each note whose time is a date (ISO 8601), by note.

    Times with an offset are taken in UTC; a note without a date has no period.

    Returns
    -------
    dict of str to str
        Named so that they sort by time: `2005-03`, `2005 Q1`, `2005 H2`, `2005`, `2000 to 2004`.
    """
    months = {note: month for note, value in times.items() if (month := _month(value)) is not None}
    if not months:
        return {}
    first, last = min(months.values()), max(months.values())
    length = next((size for size in _MONTHS if last // size - first // size < MOST), _MONTHS[-1])
    return {note: _name(month, length) for note, month in months.items()}


def _month(value: str | None) -> int | None:
    """Months since the year 0."""
    try:
        found = datetime.fromisoformat(value or "")
        found = found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
    return found.year * 12 + found.month - 1


def _name(month: int, length: int) -> str:
    year, within = divmod(month, 12)
    if length == 1:
        return f"{year:04d}-{within + 1:02d}"
    if length < 12:
        letter = {3: "Q", 6: "H"}[length]
        return f"{year:04d} {letter}{within // length + 1}"
    years = length // 12
    start = month // length * years
    return f"{start:04d}" if years == 1 else f"{start:04d} to {start + years - 1:04d}"
