"""Pairs of texts that must be in one split: those that share the note's text, and a pair and the same one swapped.

Where there is no patient to share notes out by, pairs with the same text count as one patient's, named by the first of
them. If a note pairs A with B and another one B with A, the pairs of A and those of B are one patient's too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from wardspace.corpus.prepare.ledger import fingerprint

_LINKS = (
    "SELECT DISTINCT n.patient, m.patient FROM sides a JOIN sides b ON b.text = a.other AND b.other = a.text"
    " JOIN notes n ON n.seq = a.seq JOIN notes m ON m.seq = b.seq WHERE n.patient < m.patient ORDER BY 1, 2"
)


def other_side(values: Sequence[str | None]) -> bytes:
    """What names the other side of a pair: that of a text, or of several texts together."""
    each = [fingerprint(value or "") for value in values]
    return each[0] if len(each) == 1 else fingerprint(" ".join(one.hex() for one in each))


def unite_swapped(connection: sqlite3.Connection) -> dict[str, str]:
    """Make one patient of those whose pairs are each other's, swapped.

    Parameters
    ----------
    connection : sqlite3.Connection
        The ledger's, with its tables `notes` and `sides`.

    Returns
    -------
    dict of str
        The new name of each patient that has one.
    """
    connection.execute("CREATE INDEX sides_by_text ON sides (text, other)")
    roots: dict[str, str] = {}

    def root(name: str) -> str:
        while name in roots:
            name = roots[name]
        return name

    for one, other in connection.execute(_LINKS):
        first, second = sorted((root(one), root(other)))
        if first != second:
            roots[second] = first
    united = {name: root(name) for name in roots}
    connection.execute("CREATE TABLE united (patient TEXT PRIMARY KEY, root TEXT) WITHOUT ROWID")
    connection.executemany("INSERT INTO united VALUES (?, ?)", united.items())
    new = "(SELECT root FROM united WHERE united.patient = notes.patient)"
    connection.execute(f"UPDATE notes SET patient = {new} WHERE patient IN (SELECT patient FROM united)")
    return united
