import errno
import sqlite3

import pytest

from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import Fault


def test_ids_are_new_once(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        assert [ledger.new_id(name) for name in ("a", "b", "a", "A")] == [True, True, False, True]


def test_the_first_note_with_a_text_is_named(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        assert ledger.first_with(b"1", "a") == "a"
        assert ledger.first_with(b"2", "b") == "b"
        assert ledger.first_with(b"1", "c") == "a"


def test_the_highest_lot_parts_the_sample_from_the_rest(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        for draw in (50, 10, 40, 20, 30):
            ledger.add("n", "p", None, draw)
        assert ledger.highest_lot(3) == 30
        assert ledger.highest_lot(5) == ledger.highest_lot(None) == 2**63 - 1


def test_a_full_disk_is_told_as_one(tmp_path):
    with pytest.raises(OSError, match="space") as caught, Ledger(tmp_path / "ledger"):
        raise sqlite3.OperationalError("database or disk is full")
    assert caught.value.errno == errno.ENOSPC


def test_notes_left_out_keep_their_place_and_reason(tmp_path):
    fault = Fault("kind", "a reason")
    with Ledger(tmp_path / "ledger") as ledger:
        for i, draw in enumerate((50, 10, 40)):
            ledger.add(f"n{i}", f"p{i}", None, draw)
        ledger.leave_out(1, fault)
        assert ledger.identity(2) == ("n2", "p2")
        assert list(ledger.kept()) == [True, False, True]
        assert list(ledger.faults()) == [None, fault, None]
        assert ledger.highest_lot(1) == 40
        assert ledger.highest_lot(2) == 2**63 - 1


def test_copies_are_told_of_what_is_kept_alone(tmp_path):
    with Ledger(tmp_path / "ledger") as ledger:
        for i, text in enumerate((b"1", b"2", b"1", b"1")):
            ledger.remember_text(ledger.notes, text)
            ledger.add(f"n{i}", "p", None, None)
        ledger.leave_out(0, Fault("kind", "a reason"))
        assert list(ledger.copies()) == [(3, "n2")]
