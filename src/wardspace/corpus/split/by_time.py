"""Splits by time: the latest notes for the test, those before them for validation, the earlier ones for training.

Every test note is later than every validation note, and those later than every training note; notes of one and the same
moment stay together. A patient belongs to the period of his earliest note: his later notes are left out of the later
periods, so that nobody is on two sides. Everything is kept in the ledger's file, so that memory does not grow.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wardspace.config import SplitConfig
from wardspace.core.errors import CorpusError
from wardspace.core.times import is_number, moment
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import earlier_patient
from wardspace.corpus.schema import SPLITS

_TABLES = """
CREATE TABLE times (seq INTEGER PRIMARY KEY, at REAL);
CREATE TABLE by_time (at REAL, seq INTEGER, PRIMARY KEY (at, seq)) WITHOUT ROWID;
CREATE TABLE first_periods (patient TEXT PRIMARY KEY, period INTEGER) WITHOUT ROWID;
CREATE TABLE departed (seq INTEGER PRIMARY KEY, period INTEGER, first INTEGER);
"""
_PERIOD = "(CASE WHEN t.at >= :test THEN 2 WHEN t.at >= :validation THEN 1 ELSE 0 END)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_IN = "n.kept AND n.draw <= :lot"


@dataclass(frozen=True)
class Periods:
    """How time was parted."""

    validation_from: str
    """First moment of validation."""
    test_from: str
    """First moment of the test."""
    left_out: int
    """Notes left out of a later period because their patient is in an earlier one."""


class TimeSplit:
    """Remembers the time of every note and parts them.

    Parameters
    ----------
    ledger : Ledger
        The notes.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._connection = ledger, ledger.connection
        # script by script: executescript would end the ledger's transaction
        for statement in _TABLES.strip().split("\n"):
            self._connection.execute(statement)
        self.kinds: Counter[str] = Counter()
        self.periods: Periods | None = None

    def add(self, note: int, time: str) -> None:
        """Take in the time of a note, which `moment` can read, by the note's number."""
        at = moment(time)
        self.kinds["number" if is_number(time) else "date"] += 1
        self._connection.execute("INSERT INTO times VALUES (?, ?)", (note, at))
        self._connection.execute("INSERT INTO by_time VALUES (?, ?)", (at, note))

    def settle(self, config: SplitConfig, highest_lot: int) -> None:
        """Part the notes that are kept and drawn, and leave out those of patients of an earlier period.

        Raises
        ------
        CorpusError
            If there are dates and numbers among the times, or too few different ones to part.
        """
        if len(self.kinds) > 1:
            raise CorpusError(
                f"times have no order: dates in {self.kinds['date']} notes, numbers in {self.kinds['number']}",
                where="corpus.columns.time",
                fix="write all of them in one way, or set corpus.columns.time_format",
            )
        lot = {"lot": highest_lot}
        total = self._count(lot)
        test = self._cut(config.test * total, lot)
        validation = self._cut(config.validation * total, lot | {"end": test})
        cuts = lot | {"test": test, "validation": validation}
        left_out = self._leave_out(cuts)
        self.periods = Periods(self._told(validation), self._told(test), left_out)

    def summary(self) -> dict[str, Any]:
        """How time was parted, as plain values."""
        return {} if self.periods is None else asdict(self.periods)

    def _count(self, bounds: dict[str, Any], since: float | None = None) -> int:
        """Notes before `end` (if there is one) and, if asked, from `since` on."""
        within = [_IN, *(["t.at < :end"] if "end" in bounds else []), *([] if since is None else ["t.at >= :since"])]
        query = f"SELECT COUNT(*) FROM times t JOIN notes n ON n.seq = t.seq WHERE {' AND '.join(within)}"
        return int(self._connection.execute(query, bounds | {"since": since}).fetchone()[0])

    def _cut(self, wanted: float, bounds: dict[str, Any]) -> float:
        """The moment from which on there are about as many notes as wanted, and before which there are some."""
        total = self._count(bounds)
        ends = " AND t.at < :end" if "end" in bounds else ""
        ordered = f"SELECT t.at FROM by_time t CROSS JOIN notes n ON n.seq = t.seq WHERE {_IN}{ends}"
        skipped = min(max(total - max(1, round(wanted)), 0), max(total - 1, 0))
        at = self._first(f"{ordered} ORDER BY t.at LIMIT 1 OFFSET {skipped}", bounds)
        later = (
            None if at is None else self._first(f"{ordered} AND t.at > :at ORDER BY t.at LIMIT 1", bounds | {"at": at})
        )
        sizes = {cut: self._count(bounds, cut) for cut in (at, later) if cut is not None}
        possible = [cut for cut, size in sizes.items() if size < total]
        if not possible:
            raise CorpusError(
                "too few different times to part the notes into training, validation and test",
                where="corpus.split.by",
                fix="set corpus.split.by: patient, or name a column of finer times",
            )
        return min(possible, key=lambda cut: abs(sizes[cut] - wanted))

    def _first(self, query: str, bounds: dict[str, Any]) -> float | None:
        found = self._connection.execute(query, bounds).fetchone()
        return None if found is None else float(found[0])

    def _leave_out(self, cuts: dict[str, Any]) -> int:
        joined = "FROM notes n JOIN times t ON t.seq = n.seq"
        self._connection.execute(
            f"INSERT INTO first_periods SELECT n.patient, {_PERIOD} {joined} WHERE {_IN}"
            " ON CONFLICT (patient) DO UPDATE SET period = MIN(period, excluded.period)",
            cuts,
        )
        self._connection.execute(
            f"INSERT INTO departed SELECT n.seq, {_PERIOD}, f.period {joined}"
            f" JOIN first_periods f ON f.patient = n.patient WHERE {_IN} AND {_PERIOD} > f.period",
            cuts,
        )
        count = 0
        for note, period, first in self._connection.execute("SELECT seq, period, first FROM departed"):
            self._ledger.leave_out(note, earlier_patient(SPLITS[period], SPLITS[first]))
            count += 1
        return count

    def _told(self, at: float) -> str:
        if self.kinds["number"]:
            return str(int(at)) if at.is_integer() else repr(at)
        return (_EPOCH + timedelta(seconds=at)).isoformat()


def fix_patients(connection: Any) -> None:
    """Set the column `fixed` of the table `patients` to the period of each patient's earliest note."""
    names = " ".join(f"WHEN {place} THEN '{name}'" for place, name in enumerate(SPLITS))
    found = "SELECT period FROM first_periods f WHERE f.patient = patients.patient"
    connection.execute(f"UPDATE patients SET fixed = CASE ({found}) {names} END")
