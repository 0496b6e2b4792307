"""What was done to the mentions of a corpus: counts by column, and where."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wardspace.corpus.note.mending import BYTES, CHARACTERS, LINES, UTF16, Mending

_MOST_KEPT, _MOST_TOLD = 100, 5
READ, MENDED, LOST = "read", "mended", "lost"


class MendingTally:
    """Counts of mentions that quote their words, by column of spans."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._units: dict[str, Counter[str]] = {}
        self._places: dict[str, dict[str, list[str]]] = {}

    def add(self, column: str, mending: Mending, file: str, row: int) -> None:
        """Count the mentions of one document."""
        where = mending.where or f"{file}, row {row}"
        places = {kind: [where] for kind, count in ((MENDED, mending.mended), (LOST, mending.lost)) if count}
        counts = {READ: mending.read, MENDED: mending.mended, LOST: mending.lost}
        counts |= {f"{kind} documents": 1 for kind in places}
        units = {} if mending.units in (CHARACTERS, LINES) else {mending.units: 1}
        self._merge(column, counts, units, places)

    def merge(self, other: MendingTally) -> None:
        """Add the counts of other documents."""
        for column, counts in other._counts.items():
            self._merge(column, counts, other._units[column], other._places[column])

    def _merge(self, column: str, counts: dict[str, int], units: dict[str, int], places: dict[str, list[str]]) -> None:
        self._counts.setdefault(column, Counter()).update(counts)
        self._units.setdefault(column, Counter()).update(units)
        known = self._places.setdefault(column, {})
        for kind, more in places.items():
            known[kind] = [*known.get(kind, []), *more][:_MOST_KEPT]

    def state(self) -> list[Any]:
        """What it has counted, as plain values."""
        return [[column, counts, self._units[column], self._places[column]] for column, counts in self._counts.items()]

    @classmethod
    def of(cls, state: list[Any]) -> MendingTally:
        """One that has counted what another had when it told its `state`."""
        tally = cls()
        for column, counts, units, places in state:
            tally._merge(column, counts, units, places)
        return tally

    def summary(self) -> dict[str, Any]:
        """Counts by column, documents whose offsets count something else, and the first places of each kind."""
        return {
            column: {kind: counts[kind] for kind in (READ, MENDED, LOST)}
            | {"units": dict(self._units[column]), "places": self._places[column]}
            for column, counts in self._counts.items()
        }

    def warnings(self) -> list[str]:
        """What must be known before figures are believed."""
        told = []
        for column, counts in self._counts.items():
            units = self._units[column]
            by_code = {code: sum(n for name, n in units.items() if name.startswith(code)) for code in (UTF16, BYTES)}
            counted = "".join(f"; {n} documents count in {code}" for code, n in by_code.items() if n)
            if counts[MENDED]:
                told.append(
                    f"{self._told(column, MENDED)} were not where their offsets say, and were moved to their"
                    f" words{counted}: {self._where(column, MENDED)}"
                )
            if counts[LOST]:
                told.append(
                    f"{self._told(column, LOST)} quote words that are not clearly at one place, and were left out:"
                    f" {self._where(column, LOST)}"
                )
        return told

    def _told(self, column: str, kind: str) -> str:
        counts = self._counts[column]
        return f"{column}: {counts[kind]} of {counts[READ]} mentions, in {counts[f'{kind} documents']} documents,"

    def _where(self, column: str, kind: str) -> str:
        places, count = self._places[column][kind][:_MOST_TOLD], self._counts[column][f"{kind} documents"]
        return "; ".join(places) + (f" and {count - len(places)} more" if count > len(places) else "")
