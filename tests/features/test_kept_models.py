"""From a study to fields of other notes: what tasks keep, and what `wardspace extract` makes of it."""

from __future__ import annotations

import json
import shutil

import pyarrow.parquet as pq
import pytest
import yaml

from tests.fixtures.mentions import marked_corpus
from tests.fixtures.studies import small_study
from wardspace.cli import main
from wardspace.core.files import read_json
from wardspace.study import Study

FIELDS = {
    "fields": [
        {"name": "signs", "from": {"entity": "Sign"}, "fhir": {"resource": "Condition"}},
        {"name": "ward", "from": {"classification": "ward"}, "many": "first", "fhir": {"resource": "Observation"}},
    ]
}
QUICK = {"models": ["base"], "seeds": 1, "epochs": 2, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}


def source(folder):
    """Notes with marked signs and a label, as JSON lines with names of columns of their own."""
    table = marked_corpus(folder / "marked", 60).table(["note_id", "patient_id", "text", "entities"])
    with (folder / "notes.jsonl").open("w") as handle:
        for row in table.to_pylist():
            ward = "chest" if "pain" in row["text"] else "other"
            note = {"ID": row["note_id"], "WHO": row["patient_id"], "BODY": row["text"]}
            handle.write(json.dumps({**note, "entities": row["entities"], "area": ward}) + "\n")
    return folder / "notes.jsonl"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    columns = {"note_id": "ID", "patient_id": "WHO", "text": "BODY", "labels": ["area"], "spans": ["entities"]}
    corpus = {"source": {"path": str(source(folder)), "format": "jsonl"}, "columns": columns}
    tasks = [
        {"name": "marks", "kind": "entities", "settings": ["finetune"], "finetune": QUICK, "keep": True},
        {"name": "ward", "label": "area", "probes": ["head"], "seeds": 2, "keep": True},
    ]
    found = Study.parse(
        small_study(folder, corpus=corpus, adapt=[], tasks=tasks, space={"columns": []}), folder / "run"
    )
    found.run()
    return found


def finished(study, stage):
    lines = [json.loads(line) for line in study.folder.log.read_text().splitlines()]
    return sum(line["event"] == "finished" and line["stage"] == stage for line in lines)


def test_what_is_kept_is_part_of_its_stage(study):
    kept = study.folder.models
    assert {path.name for path in kept.iterdir()} == {"marks-base-finetune", "ward-base-head"}
    stage = "evaluate/marks-base-finetune"
    before = finished(study, stage)
    study.run()
    assert finished(study, stage) == before
    shutil.rmtree(kept / "marks-base-finetune")
    study.run()
    assert finished(study, stage) == before + 1
    assert (kept / "marks-base-finetune" / "fitted.json").is_file()


def test_fields_of_other_notes(study, tmp_path):
    with (tmp_path / "new.jsonl").open("w") as handle:
        for number, text in enumerate(["chest pain and fever today", "", "the liver is normal in size"]):
            handle.write(json.dumps({"ID": f"x{number}", "WHO": "p 1", "BODY": text}) + "\n")
    (tmp_path / "fields.yaml").write_text(yaml.safe_dump(FIELDS))
    models = [str(study.folder.models / name) for name in ("marks-base-finetune", "ward-base-head")]
    asked = ["extract", str(tmp_path / "new.jsonl"), "--fields", str(tmp_path / "fields.yaml"), "--format", "jsonl"]
    with pytest.raises(SystemExit) as stop:
        # columns are those of the study that the models were made in
        main([*asked, "--models", models[0], "--models", models[1], "--out", str(tmp_path / "out")])
    assert stop.value.code == 0
    rows = pq.read_table(tmp_path / "out" / "values.parquet").to_pylist()
    assert [(row["note_id"], row["patient_id"]) for row in rows] == [("x0", "p 1"), ("x1", "p 1"), ("x2", "p 1")]
    assert rows[0]["ward"] in ("chest", "other") and 0 < rows[0]["ward_confidence"] <= 1
    assert rows[1]["ward"] is None and rows[1]["signs"] == []
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert manifest["models"] == ["marks-base-finetune", "ward-base-head"]
    assert manifest["resources"]["Observation"] == 2
