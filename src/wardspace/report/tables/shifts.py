"""How far adaptation moved the notes of each category, as tables of categories by models."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.report.tables.comparison import Mark
from wardspace.report.wording import plain, signed, signed_between
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import Results, Shift

MOST = 20
"""Categories of a column that are shown, the largest first."""
_SCALE = (0.1,)


@dataclass(frozen=True)
class ShiftCell:
    """How one category moved in one model's space."""

    moved: str
    apart: str
    """Change of its separation from other categories, with its sign."""
    mark: Mark
    detail: str


@dataclass(frozen=True)
class ShiftTable:
    """The categories of one column by models."""

    column: str
    models: list[str]
    rows: list[tuple[str, int, list[ShiftCell | None]]]
    """Category, notes, cells."""
    left_out: int
    """Smaller categories that are not shown."""


def shift_tables(results: Results) -> list[ShiftTable]:
    """One table for each column; that of all notes (column `*`) first."""
    return [_table(results, column) for column in dict.fromkeys(shift.column for shift in results.shifts)]


def _table(results: Results, column: str) -> ShiftTable:
    shifts = {(one.model, one.category): one for one in results.shifts if one.column == column}
    models = [model.name for model in results.models if any(key[0] == model.name for key in shifts)]
    notes = {category: one.n for (_, category), one in shifts.items()}
    categories = sorted(notes, key=lambda category: (-notes[category], category))
    rows = [
        (category, notes[category], [_cell(shifts.get((model, category))) for model in models])
        for category in categories[:MOST]
    ]
    return ShiftTable(column, models, rows, max(len(categories) - MOST, 0))


def _cell(shift: Shift | None) -> ShiftCell | None:
    if shift is None:
        return None
    mark: Mark = "unpaired"
    apart, parts = "", [f"centre moved by {plain(shift.centre, _SCALE)}"]
    if shift.apart is not None and shift.apart_before is not None:
        apart = signed(shift.apart - shift.apart_before, _SCALE)
        parts.append(f"separation {plain(shift.apart_before, _SCALE)} before, {plain(shift.apart, _SCALE)} after")
    if shift.low is not None and shift.high is not None:
        mark = "tie" if shift.low <= 0 <= shift.high else "above" if shift.low > 0 else "below"
        mark = mark if apart.strip("+0.−") else "tie"  # significant, but zero as printed
        parts.append(f"change from {signed_between(shift.low, shift.high, _SCALE)}")
    return ShiftCell(
        plain(shift.moved, _SCALE), f"{apart} ({NO_DIFFERENCE})" if mark == "tie" else apart, mark, "; ".join(parts)
    )
