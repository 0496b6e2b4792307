import gzip
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.corpus.readers.fhir.test_fhir import document
from tests.fixtures.models import tiny_model
from tests.fixtures.warehouses import NOTEEVENTS, note_event, write_table
from wardspace.cli import main
from wardspace.models import Encoder


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
    assert "corpus.columns" not in told
    assert not (tmp_path / "v.parquet").exists()


def test_a_header_alone_is_told(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    (tmp_path / "notes.csv").write_text("note_id,text\n")
    assert run("embed", model, tmp_path / "notes.csv", "--out", tmp_path / "v.parquet") == 2
    assert "the file holds a header and no rows" in capsys.readouterr().err


def test_vectors_do_not_overwrite_notes_or_folders(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    notes = tmp_path / "notes.csv"
    notes.write_text("note_id,text\na,fever\n")
    assert run("embed", model, notes, "--out", notes) == 2
    assert "overwrite" in capsys.readouterr().err
    assert notes.read_text().startswith("note_id")
    assert run("embed", model, notes, "--out", tmp_path) == 2
    assert "folder" in capsys.readouterr().err


def test_a_format_brings_its_own_columns(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    notes = [note_event(1, 1, 1, "chest pain"), note_event(2, 1, 1, "wrong patient", ISERROR="1")]
    write_table(tmp_path / "mimic" / "NOTEEVENTS.csv.gz", NOTEEVENTS, notes)
    out = tmp_path / "v.parquet"
    assert run("embed", model, tmp_path / "mimic", "--out", out, "--format", "mimic-iii") == 0
    assert pq.read_table(out)["note_id"].to_pylist() == ["1"]
    assert "1 marked as an error (v.rejects.parquet)" in capsys.readouterr().err.replace("\n", " ")
    (left,) = pq.read_table(tmp_path / "v.rejects.parquet").to_pylist()
    assert (left["file"], left["row"], left["note_id"]) == ("NOTEEVENTS.csv.gz", 3, "2")
    assert run("embed", model, tmp_path / "mimic", "--out", out, "--format", "mimic-iii", "--id", "HADM_ID") == 0
    assert run("embed", model, tmp_path / "mimic", "--out", out, "--format", "mimik") == 2
    assert "one of auto, csv" in capsys.readouterr().err


def test_a_fhir_export_cut_short(tmp_path, capsys):
    model = tiny_model(tmp_path / "model")
    lines = [json.dumps(document(f"d{i}")) for i in range(3)]
    (tmp_path / "d.ndjson.gz").write_bytes(gzip.compress(("\n".join(lines) + "\nzebra\n").encode())[:-4])
    out = tmp_path / "v.parquet"
    assert run("embed", model, tmp_path / "d.ndjson.gz", "--out", out, "--format", "fhir") == 0
    assert pq.read_table(out)["note_id"].to_pylist() == ["d0", "d1", "d2"]
    said = capsys.readouterr().err.replace("\n", " ")
    assert "note: d.ndjson.gz: the gzip file is cut short" in said
    assert "1 malformed JSON, 1 damaged file" in said
    assert "zebra" not in said
