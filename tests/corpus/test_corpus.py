import json

import pytest

from tests.fixtures.sources import csv_text, prepared
from wardspace.core.errors import CorpusError
from wardspace.corpus import Corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    rows = [(f"n{i}", f"p{i // 2}", f"text {i}", "xy"[i % 2]) for i in range(60)]
    (folder / "notes.csv").write_text(csv_text(rows, ("note_id", "who", "text", "kind")))
    return prepared(folder / "notes.csv", folder / "corpus", {"patient_id": "who", "labels": ["kind"]})


def test_a_table_of_chosen_columns_and_splits(corpus):
    whole = corpus.table()
    assert whole.column_names == ["note_id", "patient_id", "time", "text", "split", "kind"]
    assert whole["note_id"].to_pylist() == [f"n{i}" for i in range(60)]
    assert len(corpus) == 60
    chosen = corpus.table(["text", "note_id"], splits=["test", "validation"])
    assert chosen.column_names == ["text", "note_id"]
    held_out = [row["note_id"] for row in whole.to_pylist() if row["split"] != "train"]
    assert chosen["note_id"].to_pylist() == held_out
    assert 0 < len(held_out) < 60
    assert corpus.table(["kind"], splits=[]).num_rows == 0


def test_batches_are_bounded_and_in_order(corpus):
    batches = list(corpus.batches(["note_id"], rows=7))
    assert max(batch.num_rows for batch in batches) <= 7
    assert [name for batch in batches for name in batch["note_id"].to_pylist()] == [f"n{i}" for i in range(60)]


def test_opened_again_it_is_the_same(corpus):
    again = Corpus.open(corpus.folder)
    assert again.manifest == corpus.manifest
    assert again.content_hash == corpus.content_hash


@pytest.mark.parametrize(
    ("columns", "splits", "message"),
    [(["texts"], None, "column in the corpus: texts"), (None, ["dev"], "split in the corpus: dev")],
)
def test_what_is_not_there(corpus, columns, splits, message):
    with pytest.raises(CorpusError, match=message):
        corpus.table(columns, splits)


def damaged(corpus, folder, change):
    import shutil

    shutil.copytree(corpus.folder, folder)
    manifest = json.loads((folder / "corpus.json").read_text())
    change(folder, manifest)
    (folder / "corpus.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder, manifest: manifest.update(schema_version=99), "schema version 99; this wardspace reads 1"),
        (lambda folder, manifest: manifest.pop("roles"), "damaged"),
        (lambda folder, manifest: (folder / "notes" / "part-00000.parquet").unlink(), "damaged"),
        (lambda folder, manifest: (folder / "notes" / "part-00000.parquet").write_bytes(b"x" * 50), "damaged"),
        (lambda folder, manifest: manifest["counts"].update(notes=61), "60 notes where corpus.json says 61"),
    ],
)
def test_a_damaged_folder_is_refused(corpus, tmp_path, change, message):
    damaged(corpus, tmp_path / "c", change)
    with pytest.raises(CorpusError, match=message):
        Corpus.open(tmp_path / "c")


def test_no_corpus(tmp_path):
    with pytest.raises(CorpusError, match="no corpus in this folder"):
        Corpus.open(tmp_path)
    (tmp_path / "corpus.json").write_text("{")
    with pytest.raises(CorpusError, match="damaged"):
        Corpus.open(tmp_path)
