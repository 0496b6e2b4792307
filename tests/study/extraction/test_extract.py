"""From notes to values, resources and a page."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from tests.fixtures.mentions import NAMES
from wardspace.cli import main
from wardspace.config import CorpusConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.config.fields import load_fields
from wardspace.core.errors import CorpusError
from wardspace.core.files import read_json
from wardspace.corpus.readers import open_readers
from wardspace.study.extraction import extract as module
from wardspace.study.extraction import parts
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.fields.extractor import Extractor

FIELDS = {
    "fields": [
        {"name": "signs", "from": {"entity": "Sign"}, "fhir": {"resource": "Condition"}},
        {"name": "drug", "from": {"entity": "Drug"}, "many": "first", "fhir": {"resource": "MedicationStatement"}},
        {"name": "surest", "from": {"entity": "Sign"}, "many": "most_confident", "threshold": 0.2},
    ]
}
TEXTS = [
    'fever and "aspirin", today\r\nchest pain; =1+1',
    "no acute distress <script>alert(1)</script> fever headache insulin",
    "",
    "   ",
    "胸痛三天，发热，咳嗽。",
    "🩺 nausea fever penicillin",
    "the liver is normal in size",
]


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return stop.value.code


def write_notes(path, texts=TEXTS):
    ids, patients = zip(*((f"n{i}", f"p{i // 2}") for i in range(len(texts))), strict=True)
    pd.DataFrame({"note_id": ids, "who": patients, "text": texts}).to_parquet(path)
    return path


def extracted(home, tagger, *options, texts=TEXTS, fields=FIELDS):
    """The folder of an extraction."""
    home.mkdir(parents=True, exist_ok=True)
    notes, file = write_notes(home / "notes.parquet", texts), home / "fields.yaml"
    file.write_text(yaml.safe_dump(fields))
    asked = ("extract", notes, "--fields", file, "--models", tagger, "--out", home / "out", "--patient", "who")
    assert run(*asked, *options) == 0
    return home / "out"


@pytest.fixture(scope="module")
def out(tmp_path_factory, tagger_folder):
    return extracted(tmp_path_factory.mktemp("extracted"), tagger_folder)


def found_by_tagger(tagger, text, kind):
    """Straight from the tagger."""
    (mentions,) = load_tagger(tagger).mentions([text])
    return [(text[one.start : one.end], one.start, one.end, one.confidence) for one in mentions if one.type == kind]


def test_one_row_a_note_with_values_places_and_confidence(out, tagger_folder):
    rows = pq.read_table(out / "values.parquet").to_pylist()
    assert [row["note_id"] for row in rows] == [f"n{i}" for i in range(len(TEXTS))]
    assert [row["patient_id"] for row in rows] == ["p0", "p0", "p1", "p1", "p2", "p2", "p3"]
    some = 0
    for row, text in zip(rows, TEXTS, strict=True):
        latin = text.strip() and text[0] != "胸"
        signs = found_by_tagger(tagger_folder, text, "Sign") if latin else []
        drugs = found_by_tagger(tagger_folder, text, "Drug") if latin else []
        some += len(signs) + len(drugs)
        assert row["signs"] == [one[0] for one in signs]
        assert list(zip(row["signs_start"], row["signs_end"], strict=True)) == [one[1:3] for one in signs]
        assert row["signs_confidence"] == pytest.approx([one[3] for one in signs], abs=2e-3)  # bfloat16
        assert all(text[start:end] == value for value, start, end, _ in signs)
        assert row["drug"] == (drugs[0][0] if drugs else None)
        sure = [one for one in signs if one[3] >= 0.2]
        assert row["surest"] == (max(sure, key=lambda one: one[3])[0] if sure else None)
    assert some > 5


def test_the_csv_has_the_same_content(out):
    table = pq.read_table(out / "values.parquet")
    with (out / "values.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == table.num_rows and list(rows[0]) == table.schema.names
    for one, other in zip(rows, table.to_pylist(), strict=True):
        for name, value in other.items():
            if isinstance(value, list):
                assert np.array_equal(np.array(json.loads(one[name])), np.array(value)) or json.loads(
                    one[name]
                ) == pytest.approx(value)
            elif isinstance(value, float):
                assert np.float32(one[name]) == np.float32(value)
            else:
                assert one[name] == ("" if value is None else str(value))


def test_notes_without_the_patients_of_the_study_are_extracted_too(tmp_path, tagger_folder):
    notes = write_notes(tmp_path / "notes.parquet", ["fever and aspirin"])
    (tmp_path / "fields.yaml").write_text(yaml.safe_dump(FIELDS))
    extractor = Extractor.open(load_fields(tmp_path / "fields.yaml"), [tagger_folder])
    request = module.Request(SourceConfig(path=str(notes)), [tagger_folder], patient_id="person_id")
    with pytest.raises(CorpusError, match="person_id"):
        module.extract(extractor, request, tmp_path / "out", show_progress=False)
    done = module.extract(extractor, request._replace(patient_optional=True), tmp_path / "out", show_progress=False)
    assert [warning for warning in done.warnings if "person_id" in warning]
    assert pq.read_table(tmp_path / "out" / "values.parquet").column("patient_id").to_pylist() == [None]
    request = request._replace(patient_optional=True, text="words")  # that one must be there
    with pytest.raises(CorpusError, match="words"):
        module.extract(extractor, request, tmp_path / "out", show_progress=False)


def test_what_is_empty_is_counted(tmp_path, tagger_folder, capsys):
    folder = extracted(tmp_path, tagger_folder)
    told = capsys.readouterr().err.replace("\n", " ")
    assert "2 notes with no text" in told and "1 note in another script" in told
    counts = read_json(folder / "manifest.json")["counts"]
    assert counts["notes"] == len(TEXTS) and counts["no text"] == 2 and counts["another script"] == 1


def test_only_its_owner_can_read_it_and_the_manifest_says_what_holds_text(out):
    assert out.stat().st_mode & 0o777 == 0o700
    files = read_json(out / "manifest.json")["files"]
    paths = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"manifest.json", ".lock"}
    assert paths == set(files) and all(files[name]["holds_text"] for name in files)
    assert {"values.parquet", "values.csv", "extract.html", "fhir/Condition.ndjson"} < paths
    for path in out.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
    assert not (out / "work").exists()


def test_our_reader_of_fhir_passes_over_the_resources(out, tmp_path):
    document = {
        "resourceType": "DocumentReference", "id": "d1", "status": "current", "subject": {"reference": "Patient/p1"},
        "content": [{"attachment": {"contentType": "text/plain", "data": "ZmV2ZXI="}}],
    }  # fmt: skip
    folder = tmp_path / "fhir"
    folder.mkdir()
    (folder / "DocumentReference.ndjson").write_text(json.dumps(document) + "\n")
    for path in (out / "fhir").glob("*.ndjson"):
        (folder / path.name).write_bytes(path.read_bytes())
    source = SourceConfig(path=str(folder), format="fhir")
    config = CorpusConfig(source=source)
    readers = open_readers(source, ("id", "text", "patient"), tmp_path / "work", config.missing or MissingConfig())
    rows = [row for reader in readers for row in reader.rows() if row.values is not None]
    assert [row.values[1] for row in rows] == ["fever"]


def test_the_page_escapes_what_notes_hold(out):
    page = (out / "extract.html").read_text()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "default-src 'none'" in page and "http" not in page.split("<body>")[1]
    assert page.count("<article") == len(TEXTS)


def test_no_page_where_none_is_asked_for(tmp_path, tagger_folder):
    folder = extracted(tmp_path, tagger_folder)
    assert (folder / "extract.html").is_file()
    extracted(tmp_path, tagger_folder, "--page", 0)
    assert not (folder / "extract.html").exists()


def test_places_are_those_of_the_note_before_it_was_cleaned(tmp_path, tagger_folder):
    texts = ["<p>chest&nbsp;pain</p><p>and <b>fever</b></p>", "<div>insulin</div>"]
    folder = extracted(tmp_path, tagger_folder, "--clean", "html", texts=texts)
    rows = pq.read_table(folder / "values.parquet").to_pylist()
    places = [
        (texts[i][start:end], value)
        for i, row in enumerate(rows)
        for value, start, end in zip(row["signs"], row["signs_start"], row["signs_end"], strict=True)
    ]
    assert ("fever", "fever") in places
    assert all("<" not in source or source.count("<") == source.count(">") for source, _ in places)


def test_an_interrupted_extraction_goes_on_and_gives_the_same(tmp_path, tagger_folder, monkeypatch):
    monkeypatch.setattr(parts, "PART", 4)
    monkeypatch.setattr(module, "PART", 4)
    words = [word for names in NAMES.values() for word in names]
    texts = [f"{words[i % 9]} and {words[(i * 5) % 9]}" for i in range(23)]
    whole = extracted(tmp_path / "whole", tagger_folder, texts=texts)
    read, add = [], parts.Parts.add

    def interrupted(self, table, shown, counts):
        if len(read) == 3:
            raise KeyboardInterrupt
        read.append(table.num_rows)
        add(self, table, shown, counts)

    home = tmp_path / "broken"
    with monkeypatch.context() as patch:
        patch.setattr(parts.Parts, "add", interrupted)
        home.mkdir()
        (home / "fields.yaml").write_text(yaml.safe_dump(FIELDS))
        notes = write_notes(home / "notes.parquet", texts)
        asked = ("extract", notes, "--fields", home / "fields.yaml", "--models", tagger_folder, "--out", home / "out")
        assert run(*asked, "--patient", "who") == 130
    assert not (home / "out" / "values.parquet").exists()
    again = []
    with monkeypatch.context() as patch:
        patch.setattr(parts.Parts, "add", lambda self, *rest: (again.append(1), add(self, *rest)))
        assert run(*asked, "--patient", "who") == 0
    assert len(again) == 3  # of six parts three were there
    for name in ("values.csv", "fhir/Condition.ndjson", "extract.html"):
        assert (home / "out" / name).read_bytes() == (whole / name).read_bytes()
    assert pq.read_table(home / "out" / "values.parquet").equals(pq.read_table(whole / "values.parquet"))


def test_parts_of_other_inputs_are_thrown_away(tmp_path):
    first = parts.Parts(tmp_path / "work", "a")
    first.add(pq.read_table(write_notes(tmp_path / "x.parquet")), [], {"notes": 7})
    assert parts.Parts(tmp_path / "work", "a").done == 1
    assert parts.Parts(tmp_path / "work", "b").done == 0


@pytest.mark.slow
def test_a_killed_extraction_goes_on(tmp_path, tagger_folder):
    texts = [f"fever {i} aspirin " * 30 for i in range(3000)]
    notes, file = write_notes(tmp_path / "notes.parquet", texts), tmp_path / "fields.yaml"
    file.write_text(yaml.safe_dump(FIELDS))
    asked = [sys.executable, "-m", "wardspace", "extract", str(notes), "--fields", str(file), "--models",
             str(tagger_folder), "--out", str(tmp_path / "out")]  # fmt: skip
    process = subprocess.Popen(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    while not (tmp_path / "out" / "work" / "part-000001.json").is_file():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out" / "values.csv").exists()
    assert run(*asked[3:]) == 0
    assert pq.read_table(tmp_path / "out" / "values.parquet")["note_id"].to_pylist() == [f"n{i}" for i in range(3000)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": {"entity": "Dose"}}, "no model finds 'Dose'"),
        ({"from": {"classification": "ward"}}, "no model of 'ward'"),
        ({"from": {"entity": "Sign", "task": "other"}}, "no model of 'other'"),
    ],
)
def test_fields_that_the_models_cannot_fill_are_told(tmp_path, tagger_folder, capsys, change, said):
    notes, file = write_notes(tmp_path / "notes.parquet"), tmp_path / "fields.yaml"
    file.write_text(yaml.safe_dump({"fields": [{"name": "a", **change}]}))
    assert run("extract", notes, "--fields", file, "--models", tagger_folder, "--out", tmp_path / "out") == 2
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path, tagger_folder, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    notes, file = write_notes(tmp_path / "notes.parquet"), tmp_path / "fields.yaml"
    file.write_text(yaml.safe_dump(FIELDS))
    assert run("extract", notes, "--fields", file, "--models", tagger_folder, "--out", tmp_path / "out") == 2
    assert "no extraction" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]
