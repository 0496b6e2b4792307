import datetime
import decimal
import gzip
import subprocess
import sys
import textwrap
import uuid
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wardspace.config.corpus.source import LimitsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.arrow_values import VALUE
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


UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
ONES = uuid.UUID(bytes=b"\xff" * 16)
MRN = "MRN-000000000001"
KINDS = {
    "uuid": (pa.ExtensionArray.from_storage(pa.uuid(), pa.array([UUID.bytes, None], pa.binary(16))), [str(UUID), None]),
    "sixteen bytes": (pa.array([UUID.bytes, bytes(16)], pa.binary(16)), [str(UUID), str(uuid.UUID(int=0))]),
    "uuid as binary": (
        pa.array([UUID.bytes, ONES.bytes], pa.binary()),
        [str(UUID), str(uuid.UUID(bytes=b"\xff" * 16))],
    ),
    "sixteen letters": (
        pa.array([b"MRN-000000000001", b"MRN-2" + bytes(11)], pa.binary(16)),
        ["MRN-000000000001", "MRN-2"],
    ),
    "a digest": (pa.array([b"\xff\x01\x02\x03", None], pa.binary(4)), ["ff010203", None]),
    "string view": (pa.array(["x", None], pa.string_view()), ["x", None]),
    "binary view": (pa.array([b"x\xff", None], pa.binary_view()), ["x\udc80", None]),
    "half float": (pa.array(np.array([1.5, 2], np.float16)), ["1.5", "2"]),
    "duration": (pa.array([5, None], pa.duration("s")), ["5", None]),
    "unknown zone": (pa.array([0, None], pa.timestamp("us", "Nowhere/Land")), ["1970-01-01 00:00:00.000000Z", None]),
    "decimal": (pa.array([decimal.Decimal("1.50"), None], pa.decimal256(60, 2)), ["1.5", None]),
    "list view": (pa.array([[1], None], pa.list_view(pa.int32())), [[1], None]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_columns_have_a_form_as_text(tmp_path, kind):
    array, expected = KINDS[kind]
    pq.write_table(pa.table({"note_id": array, "text": ["a", "b"]}), tmp_path / "a.parquet")
    assert [values[0] for _, values in rows(tmp_path / "a.parquet", tmp_path)] == expected


def test_a_nested_time_out_of_range_costs_its_row(tmp_path):
    spans = pa.array([[{"at": 0}], [{"at": 2**62}], None], pa.list_(pa.struct([("at", pa.timestamp("us"))])))
    pq.write_table(pa.table({"note_id": ["1", "2", "3"], "text": spans}), tmp_path / "a.parquet")
    first, fault, last = reader(tmp_path / "a.parquet", tmp_path).rows()
    assert (first.values[0], last.values[0]) == ("1", "3")
    assert (fault.values, fault.fault.kind) == (None, "unreadable value")


def test_binary_columns_in_another_encoding(tmp_path):
    pq.write_table(pa.table({"note_id": ["1"], "text": ["Müller".encode("cp1252")]}), tmp_path / "a.parquet")
    (file,) = find_files(str(tmp_path / "a.parquet"), "auto")
    assert next(ParquetReader(file, ("text",), tmp_path, "cp1252").rows()).values == ("Müller",)


def shared(folder, text, count):
    """A file in which one text stands for all rows; of some kilobytes, however long that is."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), [text])
    table = pa.table({"note_id": [str(i) for i in range(count)], "text": once})
    pq.write_table(table, folder / "a.parquet", compression="zstd", store_schema=False)
    return folder / "a.parquet"


def test_texts_stored_once_are_held_once(tmp_path):
    path = shared(tmp_path, "x" * 2**20, 600)
    texts = [row.values[1] for row in reader(path, tmp_path).rows()]
    assert len(texts) == 600
    assert len({id(text) for text in texts}) <= 2  # of each batch
    assert set(texts) == {"x" * 2**20}


def test_what_passes_a_limit(tmp_path):
    path = shared(tmp_path, "x" * (65 * 2**20), 10)
    (file,) = find_files(str(path), "auto")
    with pytest.raises(CorpusError, match=r"limits\.ratio") as caught:
        ParquetReader(file, ("text",), tmp_path)
    assert caught.value.fix
    allowed = replace(file, limits=LimitsConfig(ratio=10**6))
    found = list(ParquetReader(allowed, ("note_id", "text"), tmp_path).rows())
    assert {row.fault.kind for row in found} == {"too long"}
    assert next(ParquetReader(allowed, ("note_id",), tmp_path).rows()).values == ("0",)


def of_lists(sizes, values):
    """Lists of records of a start and an end, of these sizes."""
    places = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    records = pa.StructArray.from_arrays([pa.array(values), pa.array(values + 1)], ["start", "end"])
    return pa.ListArray.from_arrays(places, records)


def test_lists_are_the_same_however_many_rows_are_read_at_once(tmp_path):
    random = np.random.default_rng(5)
    sizes = random.integers(0, 40, 700)
    lists = of_lists(sizes, random.integers(0, 1000, sizes.sum()))
    pairs = pa.FixedSizeListArray.from_arrays(pa.array([str(i) for i in range(1400)]), 2)
    maps = pa.array([[("k", i)] * (i % 3) for i in range(700)], pa.map_(pa.string(), pa.int64()))
    pq.write_table(pa.table({"note_id": lists, "text": pairs, "maps": maps}), tmp_path / "a.parquet")
    (file,) = find_files(str(tmp_path / "a.parquet"), "auto")
    for most in (10**8, 20_000, 2 * 40 * VALUE):
        limited = replace(file, limits=LimitsConfig(row_characters=most))
        found = list(ParquetReader(limited, ("note_id", "text", "maps"), tmp_path).rows())
        assert [row.number for row in found] == list(range(1, 701))
        expected = zip(lists.to_pylist(), pairs.to_pylist(), maps.to_pylist(), strict=True)
        assert [row.values for row in found] == list(expected)


MEMORY = """
    import re, sys
    from pathlib import Path
    from wardspace.config import SourceConfig
    from wardspace.corpus.readers import open_readers
    def peak():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
    before = peak()
    (reader,) = open_readers(SourceConfig(path=sys.argv[1]), ("note_id", "text"), Path("scratch"))
    print(sum(row.values is not None for row in reader.rows()), peak() - before)
"""
SIZES = {"many in each": [16_000] * 512, "most in a few": [1_000_000 * (i % 64 == 0) for i in range(512)]}


@pytest.mark.parametrize("kind", SIZES)
def test_lists_that_pack_well_take_bounded_memory(tmp_path, kind):
    sizes = SIZES[kind]
    lists = of_lists(sizes, np.zeros(sum(sizes), np.int64))
    pq.write_table(pa.table({"note_id": ["a"] * 512, "text": lists}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 20_000
    command = [sys.executable, "-c", textwrap.dedent(MEMORY), str(tmp_path / "a.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    rows, taken = map(int, done.stdout.split())
    assert rows == (512 if kind == "many in each" else 504)  # a row of a million records is too long
    assert taken < 400  # MiB; all at once take some 1,800
