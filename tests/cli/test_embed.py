import gzip

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.fixtures.models import tiny_model
from wardspace.cli import main
from wardspace.encoders import Encoder


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def test_a_file_of_notes_becomes_a_file_of_vectors_without_text(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    notes = tmp_path / "notes.csv.gz"
    with gzip.open(notes, "wt") as handle:
        handle.write('id,body\na,"chest pain, zebra"\nb,\nc,fever\n ,cough\nd,\x00\n')
    out = tmp_path / "v.parquet"
    assert run("embed", model, notes, "--out", out, "--id", "id", "--text", "body") == 0
    table = pq.read_table(out)
    assert table["note_id"].to_pylist() == ["a", "c"]
    expected = Encoder.load(model).encode(["chest pain, zebra", "fever"])
    assert np.abs(np.array(table["vector"].to_pylist()) - expected).max() < 1e-6
    said = "2 notes embedded; rows left out: 1 empty text, 1 missing note id, 1 NUL bytes"
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert b"zebra" not in out.read_bytes()


def test_a_missing_column_is_told(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    (tmp_path / "notes.csv").write_text("id,body\na,b\n")
    assert run("embed", model, tmp_path / "notes.csv", "--out", tmp_path / "v.parquet") == 2
    told = capsys.readouterr().err
    assert "'text'" in told
    assert "--text" in told
    assert not (tmp_path / "v.parquet").exists()


def test_vectors_do_not_overwrite_notes_or_folders(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    notes = tmp_path / "notes.csv"
    notes.write_text("note_id,text\na,fever\n")
    assert run("embed", model, notes, "--out", notes) == 2
    assert "overwrite" in capsys.readouterr().err
    assert notes.read_text().startswith("note_id")
    assert run("embed", model, notes, "--out", tmp_path) == 2
    assert "folder" in capsys.readouterr().err
