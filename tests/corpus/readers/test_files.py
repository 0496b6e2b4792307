import errno
import gzip
import random

import pytest

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers import READERS, open_readers
from wardspace.corpus.readers.damage import Unpacked
from wardspace.corpus.readers.files import find_files


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "sub/c.csv", ".hidden.csv", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("note_id,text\n1,a\n")
    return tmp_path


def names(path, format_="auto"):
    return [file.name for file in find_files(str(path), format_)]


def test_a_file_a_folder_or_a_glob(folder):
    assert names(folder / "a.csv") == ["a.csv"]
    assert names(folder) == ["a.csv", "b.csv", "sub/c.csv"]
    assert names(folder / "*.csv") == ["a.csv", "b.csv"]
    assert names(folder / "**" / "*.csv") == ["a.csv", "b.csv", "sub/c.csv"]


def test_the_format_goes_by_the_name(tmp_path):
    kinds = {"a.CSV": "csv", "a.tab": "tsv", "a.pq": "parquet", "a.ndjson": "jsonl", "a.jsonl.gz": "jsonl"}
    for name, kind in kinds.items():
        (tmp_path / name).write_bytes(gzip.compress(b"x") if name.endswith("gz") else b"x")
        assert find_files(str(tmp_path / name), "auto")[0].format == kind


def test_a_given_format_holds_for_any_name(folder):
    assert find_files(str(folder / "README.md"), "jsonl")[0].format == "jsonl"


@pytest.mark.parametrize(
    ("path", "format_", "message"),
    [
        ("none.csv", "auto", "no such file or folder"),
        ("*.parquet", "auto", "no file matches this pattern"),
        ("README.md", "auto", "cannot determine the format"),
        (".", "tsv", "no tsv file in this folder"),
        ("sub/empty.csv", "auto", "the file is empty"),
        ("fake.csv.gz", "auto", "not a gzip file"),
        ("mixed", "auto", "files of several formats: 1 csv, 1 jsonl"),
        ("bare", "auto", "no file to read in this folder"),
    ],
)
def test_faults_are_told(folder, path, format_, message):
    (folder / "sub" / "empty.csv").write_bytes(b"")
    (folder / "fake.csv.gz").write_bytes(b"note_id,text\n")
    for name in ("mixed/a.csv", "mixed/b.jsonl", "bare/readme.txt"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    with pytest.raises(CorpusError, match=message):
        find_files(str(folder / path), format_)


def test_gzip_is_known_by_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(gzip.compress(b"note_id,text\n1,a\n"))
    (reader,) = open_readers(SourceConfig(path=str(tmp_path / "a.csv")), ("note_id", "text"), tmp_path)
    assert [row.values for row in reader.rows()] == [("1", "a")]


def test_a_gzip_file_with_nothing_to_read_is_refused(tmp_path):
    noise = random.Random(1).randbytes(800_000).hex()
    packed = gzip.compress(f"note_id,{noise},text\n".encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[:-1000])
    with pytest.raises(CorpusError):
        list(open_readers(SourceConfig(path=str(tmp_path / "a.csv.gz")), ("note_id",), tmp_path)[0].rows())
    (tmp_path / "b.csv.gz").write_bytes(packed[:6])
    with pytest.raises(CorpusError, match="damaged or cut short"):
        open_readers(SourceConfig(path=str(tmp_path / "b.csv.gz")), ("note_id",), tmp_path)


def test_an_error_of_the_disk_is_no_damage(tmp_path, monkeypatch):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"note_id,text\n1,a\n"))
    (reader,) = open_readers(SourceConfig(path=str(tmp_path / "a.csv.gz")), ("note_id", "text"), tmp_path)

    def fail(self, size):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch, pytest.raises(CorpusError, match="cannot read: Input/output error"):
        patch.setattr(Unpacked, "readinto", fail)
        list(reader.rows())
    (tmp_path / "a.csv.gz").unlink()
    with pytest.raises(CorpusError, match="cannot read: No such file"):
        list(reader.rows())


def test_the_sample_of_a_large_file_reaches_its_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"note_id,text\n" + b"1,plain text of a note\n" * 40_000 + "2,Müller\n".encode("latin-1") * 200)
    (file,) = find_files(str(path), "auto")
    sample = file.sample()
    assert b"M\xfcller" in sample
    assert len(sample) < 600_000
    (reader,) = open_readers(SourceConfig(path=str(path)), ("note_id", "text"), tmp_path)
    assert reader.encoding == "cp1252"


def test_every_format_of_the_configuration_has_a_line():
    formats = set(SourceConfig.model_fields["format"].annotation.__args__) - {"auto"}
    assert set(READERS) == formats
