import datetime
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.files import find_files
from wardspace.corpus.readers.parquet import ParquetReader


def reader(path, tmp_path, needed=("note_id", "text")):
    (file,) = find_files(str(path), "auto")
    return ParquetReader(file, needed, tmp_path / "scratch")


def rows(path, tmp_path, **options):
    return [(row.number, row.values) for row in reader(path, tmp_path, **options).rows()]


def test_rows_are_numbered_across_row_groups(tmp_path):
    table = pa.table({"text": [f"t{i}" for i in range(1000)], "note_id": list(range(1000))})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=300)
    found = rows(tmp_path / "a.parquet", tmp_path)
    assert found == [(i + 1, (str(i), f"t{i}")) for i in range(1000)]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None]), ["1", None]),
        (pa.array([1.5, float("nan")]), ["1.5", None]),
        (pa.array([True, None]), ["true", None]),
        (pa.array([datetime.date(2024, 5, 1), None]), ["2024-05-01", None]),
        (pa.array(["x", "y"]).dictionary_encode(), ["x", "y"]),
        (pa.array(["x", None], pa.large_string()), ["x", None]),
        (pa.array([b"x\xff", b"y"]), ["x\udc80", "y"]),
        (pa.array([[{"start": 1, "end": 2}], None]), [[{"start": 1, "end": 2}], None]),
    ],
)
def test_values_come_as_text_or_nested(tmp_path, array, expected):
    pq.write_table(pa.table({"note_id": array, "text": ["a", "b"]}), tmp_path / "a.parquet")
    assert [values[0] for _, values in rows(tmp_path / "a.parquet", tmp_path)] == expected


def test_strings_that_are_no_utf8_are_marked(tmp_path):
    broken = pa.array([b"ok", b"\xff"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"note_id": ["1", "2"], "text": broken}), tmp_path / "a.parquet")
    assert rows(tmp_path / "a.parquet", tmp_path) == [(1, ("1", "ok")), (2, ("2", "\udc80"))]


def test_gzipped_files_leave_no_copy(tmp_path):
    pq.write_table(pa.table({"note_id": ["1"], "text": ["a"]}), tmp_path / "a.parquet")
    packed = tmp_path / "b.parquet.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    assert rows(packed, tmp_path) == [(1, ("1", "a"))]
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("content", [b"not a parquet file at all", b"PAR1 something PAR1"])
def test_what_is_no_parquet_file(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(CorpusError, match="not a Parquet file"):
        rows(tmp_path / "a.parquet", tmp_path)


def test_a_file_damaged_in_the_middle(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"note_id": [f"{i * 7919}" for i in range(5000)], "text": ["a"] * 5000}), path)
    content = bytearray(path.read_bytes())
    content[100:2000] = b"\xaa" * 1900
    path.write_bytes(content)
    with pytest.raises(CorpusError, match="not a Parquet file, or a damaged one"):
        rows(path, tmp_path)


def test_missing_column(tmp_path):
    pq.write_table(pa.table({"note_id": ["1"], "texts": ["a"]}), tmp_path / "a.parquet")
    with pytest.raises(CorpusError, match="did you mean 'texts'"):
        reader(tmp_path / "a.parquet", tmp_path)
