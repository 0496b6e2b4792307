import pytest

from wardspace.config import ColumnsConfig
from wardspace.corpus.note.note import Note
from wardspace.corpus.prepare import spool
from wardspace.corpus.prepare.spool import Spool, read_spool
from wardspace.corpus.schema import ROW, resolve_roles

ROLES = resolve_roles(ColumnsConfig(metadata=["kind"], spans=["names"]), None)


def note(i, text="text"):
    return Note(f"n{i}", None, None, text, ("x",), ("[]",), None, ())


@pytest.mark.parametrize("count", [0, 1, 2048, 5000])
def test_notes_come_back_in_order(tmp_path, count):
    with Spool(tmp_path / "spool", ROLES) as out:
        for i in range(count):
            out.add(note(i), f"p{i}", "a.csv", i)
    rows = [row for batch in read_spool(tmp_path / "spool") for row in batch.to_pylist()]
    assert [row[ROW] for row in rows] == list(range(count))
    assert all(
        row["patient_id"] == f"p{i}" and row["names"] == "[]" and row["kind"] == "x" for i, row in enumerate(rows)
    )


def test_batches_are_bounded_in_characters(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "_CHARACTERS", 100)
    with Spool(tmp_path / "spool", ROLES) as out:
        for i in range(10):
            out.add(note(i, "x" * 60), "p", "a.csv", i)
    assert [batch.num_rows for batch in read_spool(tmp_path / "spool")] == [2] * 5
