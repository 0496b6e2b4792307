"""Splits that a source gives itself: the values they are known by, and what becomes of patients without one.

A published split is kept as it is: nobody is added to its validation or test patients. Patients without a split go to
train. Where the source has no validation patients, they are taken from its train patients by the hash of seed and
patient that `split.py` goes by.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from wardspace.config import SplitConfig
from wardspace.corpus.rejects import Fault

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
