import errno
import sqlite3

import pytest

from wardspace.corpus.ledger import Ledger


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
