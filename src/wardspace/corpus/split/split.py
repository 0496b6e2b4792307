"""Shares patients out to train, validation and test, by a hash of seed and patient.

A patient's hash, a number in [0, 1), is compared with two thresholds: below `test` it is a test patient, below
`test + validation` a validation patient, else a training patient. So a patient stays where he is when rows are added,
removed or put in another order, and a change of `validation` leaves the test split alone.

Chance may serve a rare class badly. Therefore the thresholds are moved, in a stratum where they leave validation or
test with fewer than half or more than one and a half times the patients wanted (at least one), by as few patients as
bring it within that: those whose hash is nearest to the threshold. A patient's stratum is his commonest value of the
column, the first in the order of names where two are equally common; values with fewer than three patients, too few
for three splits, are taken together. Only in a stratum so mended can added rows move a patient.

Splits that the source has are kept; `by: time` uses the notes' times
(`time_split.py`).
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from wardspace.config import SplitConfig
from wardspace.core.seeds import derive
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.prepare.statistics import Lengths
from wardspace.corpus.schema import SPLITS
from wardspace.corpus.split.by_time import fix_patients

SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "tune", "tuning"), "validation"),
    **dict.fromkeys(("test", "testing", "held_out", "held-out", "heldout", "holdout"), "test"),
}
"""Split by the value that stands for it, in lower case; `tuning` and `held_out` are those of MEDS."""

UNKNOWN_SPLIT = Fault("unknown split", f"the split is none of {', '.join(SYNONYMS)}")

_RANGE = 2**63


@dataclass(frozen=True)
class GivenSplits:
    """What the source's own splits came to."""

    patients: int = 0
    """Patients whose split the source gives."""
    without: int = 0
    """Patients without one, who went to train."""
    carved: int = 0
    """Train patients who became validation patients because the source has none."""


def known_split(value: str | None) -> str | None:
    """The split that a value of a source stands for; None where it stands for none."""
    return SYNONYMS.get(value.casefold()) if value else None


def take_given(connection: sqlite3.Connection, config: SplitConfig) -> GivenSplits:
    """Set the column `fixed` of the table `patients` from the table `given`, if that holds anybody.

    Parameters
    ----------
    connection : sqlite3.Connection
        The ledger's, with its tables `given` and `patients`.
    config : SplitConfig
        The share of validation among patients that are not in test, and the seed behind the hashes.
    """
    joined = "(SELECT split FROM given WHERE given.patient = patients.patient)"
    connection.execute(f"UPDATE patients SET fixed = {joined}")
    count, total, validation = connection.execute(
        "SELECT COUNT(fixed), COUNT(*), COALESCE(SUM(fixed = 'validation'), 0) FROM patients"
    ).fetchone()
    if not count:
        return GivenSplits()
    connection.execute("UPDATE patients SET fixed = 'train' WHERE fixed IS NULL")
    return GivenSplits(count, total - count, 0 if validation else _carve(connection, config))


def _carve(connection: sqlite3.Connection, config: SplitConfig) -> int:
    """Make validation patients of the train patients with the lowest hashes: one at least, and never all of them."""
    train = "FROM patients WHERE fixed = 'train'"
    count, lowest, highest = connection.execute(f"SELECT COUNT(*), MIN(hash), MAX(hash) {train}").fetchone()
    if count < 2:
        return 0
    below = min(max(int(config.validation / (1 - config.test) * _RANGE), lowest + 1), highest)
    return connection.execute(
        "UPDATE patients SET fixed = 'validation' WHERE fixed = 'train' AND hash < ?", (below,)
    ).rowcount


_FEWEST = 3

_TABLES = """
CREATE TABLE counted (patient TEXT, stratum TEXT, n INTEGER, PRIMARY KEY (patient, stratum)) WITHOUT ROWID;
CREATE TABLE patients (patient TEXT PRIMARY KEY, stratum TEXT, hash INTEGER, fixed TEXT) WITHOUT ROWID;
CREATE TABLE strata (stratum TEXT PRIMARY KEY, n INTEGER, pool TEXT) WITHOUT ROWID;
CREATE TABLE ladder (pool TEXT, hash INTEGER, patient TEXT, PRIMARY KEY (pool, hash, patient)) WITHOUT ROWID;
CREATE TABLE cuts (pool TEXT PRIMARY KEY, test INTEGER, validation INTEGER) WITHOUT ROWID;
"""

_SPLIT = (
    "CASE WHEN p.fixed IS NOT NULL THEN p.fixed"
    " WHEN p.hash < c.test THEN 'test' WHEN p.hash < c.validation THEN 'validation' ELSE 'train' END"
)
_JOINED = "LEFT JOIN strata s ON s.stratum = p.stratum LEFT JOIN cuts c ON c.pool = s.pool"


@dataclass(frozen=True)
class Shares:
    """How the patients were shared out."""

    patients: dict[str, int]
    """Patients by split."""
    mended: int
    """Strata whose thresholds were moved."""
    strata: int
    """Strata."""
    notes_per_patient: Lengths
    """Notes of each patient, counted."""
    given: GivenSplits
    """Splits that came from the source."""


def share_out(connection: sqlite3.Connection, config: SplitConfig, highest_lot: int) -> Shares:
    """Assign every patient of the ledger's notes to a split.

    Parameters
    ----------
    connection : sqlite3.Connection
        The ledger's, with its table `notes`.
    config : SplitConfig
        Shares and seed.
    highest_lot : int
        Notes with a higher lot are not in the sample.
    """
    connection.executescript(_TABLES + "BEGIN;")
    lengths = _count_patients(connection, config.seed, highest_lot)
    if config.by == "time":
        fix_patients(connection)
        return Shares(_patients(connection), 0, 0, lengths, GivenSplits())
    given = take_given(connection, config)
    mended = 0 if given.patients else _set_cuts(connection, config)
    strata = connection.execute("SELECT COUNT(*) FROM cuts").fetchone()[0]
    return Shares(_patients(connection), mended, int(strata), lengths, given)


def without(connection: sqlite3.Connection, shares: Shares, notes: Iterable[int]) -> Shares:
    """Shares once these notes, each kept so far, are left out; nobody changes sides for it."""
    taken = "UPDATE counted SET n = n - 1 WHERE (patient, stratum) = (SELECT patient, stratum FROM notes WHERE seq = ?)"
    connection.executemany(taken, ((note,) for note in notes))
    lengths = Lengths()
    counts = connection.execute("SELECT SUM(n) FROM counted GROUP BY patient HAVING SUM(n) > 0")
    for row in counts:
        lengths.add(int(row[0]))
    return replace(shares, patients=_patients(connection), notes_per_patient=lengths)


def _patients(connection: sqlite3.Connection) -> dict[str, int]:
    """Patients with notes, by split."""
    columns = ", ".join(f"SUM({_SPLIT} = '{name}')" for name in SPLITS)
    there = "EXISTS (SELECT 1 FROM counted d WHERE d.patient = p.patient AND d.n > 0)"
    row = connection.execute(f"SELECT {columns} FROM patients p {_JOINED} WHERE {there}").fetchone()
    return dict(zip(SPLITS, (int(count or 0) for count in row), strict=True))


def splits_of_notes(connection: sqlite3.Connection, highest_lot: int) -> Iterator[str | None]:
    """The split of each note in the ledger's order; None for one that is left out or not in the sample."""
    query = (
        f"SELECT CASE WHEN n.kept AND n.draw <= ? THEN {_SPLIT} END FROM notes n"
        f" LEFT JOIN patients p ON p.patient = n.patient {_JOINED} ORDER BY n.seq"
    )
    return (row[0] for row in connection.execute(query, (highest_lot,)))


def cuts(patients: int, test: int, validation: int, config: SplitConfig) -> tuple[int, int]:
    """Mend how many patients of a stratum go to test and to validation.

    Parameters
    ----------
    patients : int
        Patients of the stratum.
    test, validation : int
        How many chance gives to each.
    config : SplitConfig
        The shares wanted.

    Returns
    -------
    tuple of int
        Patients for test and for validation: those given, moved just inside 0.5 to 1.5 times the wanted number, with at
        least one for each split; unchanged where the stratum has fewer than three patients.
    """
    if patients < _FEWEST:
        return test, validation
    test = min(_within(test, config.test * patients), patients - 2)
    validation = min(_within(validation, config.validation * patients), patients - 1 - test)
    return test, validation


def _within(count: int, wanted: float) -> int:
    low = math.ceil(wanted / 2)  # at least one
    return min(max(count, low), max(low, math.floor(wanted * 1.5)))


def _count_patients(connection: sqlite3.Connection, seed: int, highest_lot: int) -> Lengths:
    """Fill the tables of patients and strata."""
    connection.execute(
        "INSERT INTO counted SELECT patient, stratum, 1 FROM notes WHERE kept AND draw <= ?"
        " ON CONFLICT (patient, stratum) DO UPDATE SET n = n + 1",
        (highest_lot,),
    )
    lengths = Lengths()
    writer = connection.cursor()
    rows = connection.execute("SELECT patient, stratum, n FROM counted ORDER BY patient, stratum")
    for patient, group in groupby(rows, key=itemgetter(0)):
        values = [(stratum, n) for _, stratum, n in group]
        lengths.add(sum(n for _, n in values))
        # a note without a value says nothing of the patient as long as another one has a value
        stratum = min((v for v in values if v[0]), key=lambda v: (-v[1], v[0]), default=("", 0))[0]
        place = derive("split", seed, patient)
        writer.execute("INSERT INTO patients VALUES (?, ?, ?, NULL)", (patient, stratum, place))
        writer.execute(
            "INSERT INTO strata VALUES (?, 1, NULL) ON CONFLICT (stratum) DO UPDATE SET n = n + 1", (stratum,)
        )
    return lengths


def _set_cuts(connection: sqlite3.Connection, config: SplitConfig) -> int:
    """Set the thresholds of each stratum, and count those that had to be mended."""
    # values carry a mark before them so that none of them can be taken for the pool of the small ones
    connection.execute("UPDATE strata SET pool = CASE WHEN n < ? THEN '' ELSE '=' || stratum END", (_FEWEST,))
    connection.execute(
        "INSERT INTO ladder SELECT s.pool, p.hash, p.patient FROM patients p JOIN strata s ON s.stratum = p.stratum"
    )
    low, high = int(config.test * _RANGE), int((config.test + config.validation) * _RANGE)
    counts = "SELECT pool, COUNT(*), SUM(hash < ?), SUM(hash >= ? AND hash < ?) FROM ladder GROUP BY pool"
    writer = connection.cursor()
    mended = 0
    for pool, patients, test, validation in connection.execute(counts, (low, low, high)):
        wanted = cuts(patients, test, validation, config)
        places = (low, high)
        if wanted != (test, validation):
            mended += 1
            places = (_hash_at(connection, pool, wanted[0]), _hash_at(connection, pool, sum(wanted)))
        writer.execute("INSERT INTO cuts VALUES (?, ?, ?)", (pool, *places))
    return mended


def _hash_at(connection: sqlite3.Connection, pool: str, rank: int) -> int:
    """The hash of the patient with this many before him: the threshold that parts him from them."""
    query = "SELECT hash FROM ladder WHERE pool = ? ORDER BY hash, patient LIMIT 1 OFFSET ?"
    return int(connection.execute(query, (pool, rank)).fetchone()[0])
