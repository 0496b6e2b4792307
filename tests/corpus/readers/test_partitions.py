import csv
import gzip
import json

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.guess.table import read_table
from wardspace.corpus.readers import open_readers
from wardspace.corpus.readers.partitions import partitions

NEEDED = ("year", "note_id", "ward", "text")
ROWS = [("2023", "a", "A/B", "one"), ("2024", "b", "C d", "two"), ("2024", "c", None, "three")]


def written(root, kind):
    """Rows in folders of year and ward; those of Parquet by Arrow itself."""
    if kind == "parquet":
        table = pa.table(dict(zip(NEEDED, map(list, zip(*ROWS, strict=True)), strict=True)))
        flavor = ds.partitioning(pa.schema([("year", pa.string()), ("ward", pa.string())]), flavor="hive")
        ds.write_dataset(table, root, format="parquet", partitioning=flavor)
        return
    for year, note_id, ward, text in ROWS:
        named = "__HIVE_DEFAULT_PARTITION__" if ward is None else ward.replace("/", "%2F").replace(" ", "%20")
        folder = root / f"year={year}" / f"ward={named}"
        folder.mkdir(parents=True)
        if kind == "jsonl":
            (folder / "part-0.jsonl").write_text(json.dumps({"note_id": note_id, "text": text}))
        else:
            with gzip.open(folder / "part-0.csv.gz", "wt", newline="") as handle:
                csv.writer(handle).writerows([("note_id", "text"), (note_id, text)])


def rows(path, needed, scratch):
    return [
        row.values for reader in open_readers(SourceConfig(path=str(path)), needed, scratch) for row in reader.rows()
    ]


@pytest.mark.parametrize("kind", ["parquet", "csv", "jsonl"])
def test_folders_are_columns(tmp_path, kind):
    written(tmp_path / "notes", kind)
    assert sorted(rows(tmp_path / "notes", NEEDED, tmp_path), key=lambda row: row[1]) == ROWS
    assert rows(tmp_path / "notes" / "year=2023", NEEDED, tmp_path) == ROWS[:1]


def test_the_folder_counts_where_the_file_has_the_column_too(tmp_path):
    folder = tmp_path / "year=2024"
    folder.mkdir()
    pq.write_table(pa.table({"year": [7], "text": ["a"]}), folder / "a.parquet")
    assert rows(tmp_path, ("year", "text"), tmp_path) == [("2024", "a")]


def test_a_column_that_is_nowhere_is_missing(tmp_path):
    written(tmp_path, "csv")
    with pytest.raises(CorpusError, match="month"):
        rows(tmp_path, ("text", "month"), tmp_path)


def test_only_folders_right_above_the_file(tmp_path):
    assert partitions(tmp_path / "a=1" / "plain" / "b=2" / "x.csv") == {"b": "2"}
    assert partitions(tmp_path / "x.csv") == {}


def test_init_sees_them(tmp_path):
    written(tmp_path, "csv")
    assert {column.name for column in read_table(str(tmp_path)).columns} == set(NEEDED)
