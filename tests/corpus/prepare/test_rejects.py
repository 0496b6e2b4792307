import pyarrow.parquet as pq
import pytest

from wardspace.corpus.prepare.rejects import NO_ID, SEEN, Rejects, duplicate


def test_rows_are_written_and_counted(tmp_path):
    with Rejects(tmp_path / "r.parquet") as rejects:
        rejects.add("a.csv", 2, None, NO_ID)
        rejects.add("a.csv", 5, "n\udc80", SEEN)
        rejects.add("b.csv", 3, "n2", duplicate("n1"))
        rejects.add("b.csv", 4, "n3", duplicate("n2"))
    assert rejects.counts == {"missing note id": 1, "note id seen before": 1, "duplicate text": 2}
    rows = pq.read_table(tmp_path / "r.parquet").to_pylist()
    assert rows[1] == {
        "file": "a.csv",
        "row": 5,
        "note_id": "n?",
        "kind": "note id seen before",
        "reason": "this note id was seen before",
    }
    assert [row["reason"] for row in rows[2:]] == ["duplicate of n1", "duplicate of n2"]


@pytest.mark.parametrize("count", [0, 10_000, 25_000])
def test_any_number_of_rows(tmp_path, count):
    with Rejects(tmp_path / "r.parquet") as rejects:
        for i in range(count):
            rejects.add("a.csv", i, None, NO_ID)
    assert pq.read_table(tmp_path / "r.parquet")["row"].to_pylist() == list(range(count))
