"""Models that were not trained here, next to the base and the adapted ones."""

from __future__ import annotations

import json
from html import escape

import numpy as np
import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import small_study
from wardspace.cli import main
from wardspace.core.errors import ModelError
from wardspace.corpus import Corpus
from wardspace.models import Encoder
from wardspace.report.wording.limitations import unknown_training_data
from wardspace.results import Results
from wardspace.study import Study

NAMES = ("tfidf", "base", "elsewhere", "mlm")


def comparing(home):
    values = small_study(home, adapt=[{"name": "mlm", "objectives": ["mlm"]}])
    values["compare"] = [{"name": "elsewhere", "model": str(tiny_model(home / "other", "roberta", seed=3))}]
    return values


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    home = tmp_path_factory.mktemp("compare")
    values = comparing(home)
    Study.parse(values, home / "run").run()
    return home, values


@pytest.fixture(scope="module")
def results(finished):
    return Results.read(finished[0] / "run" / "results.json")


def started(run, after):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()[after:]]
    return {line["stage"] for line in lines if line["event"] == "started"}


def logged(run):
    return len((run / "log.jsonl").read_text().splitlines())


def test_it_stands_in_every_table(results):
    assert [(one.name, one.kind) for one in results.models] == list(
        zip(NAMES, ("tfidf", "base", "other", "adapted"), strict=True)
    )
    assert results.models[2].stages == []
    assert {s.model for s in results.scores if s.shots == 4} == set(NAMES)
    pairs = {(d.model, d.against) for d in results.differences}
    assert {("elsewhere", "base"), ("elsewhere", "tfidf"), ("elsewhere", "mlm")} <= pairs
    assert {s.model for s in results.space} == {"base", "elsewhere", "mlm"}
    assert {one.model for one in results.similarities} | {one.against for one in results.similarities} == set(NAMES[1:])


def test_only_adaptation_moves_notes(results):
    assert {shift.model for shift in results.shifts} == {"mlm"}


def test_its_vectors_are_its_own(finished):
    run = finished[0] / "run"
    text = Corpus.open(run / "corpus").table(["text"])["text"][0].as_py()
    study = Study.parse(finished[1], run).config
    ours = Encoder.load(finished[0] / "other", study.encoder).encode([text])[0]
    stored = np.load(run / "vectors" / "elsewhere.npy")[0]
    assert ours @ stored / np.linalg.norm(ours) / np.linalg.norm(stored) > 0.99


def test_the_report_names_it_without_its_folder(finished):
    page = (finished[0] / "run" / "report.html").read_text()
    assert "elsewhere (other)" in page
    assert "1 other model" in page
    assert escape(unknown_training_data(["elsewhere"])) in page
    assert str(finished[0]) not in page
    assert not (finished[0] / "run" / "models" / "elsewhere").exists()


def test_it_is_embedded_again_when_its_files_change_and_nothing_else_is(finished):
    home, values = finished
    before = logged(home / "run")
    Study.parse(values, home / "run").run(until="space")
    assert started(home / "run", before) == set()
    tiny_model(home / "other", "roberta", seed=4)
    Study.parse(values, home / "run").run(until="space")
    again = started(home / "run", before)
    assert {"embed/elsewhere", "evaluate/area-elsewhere-frozen", "space/elsewhere"} < again
    assert not {stage for stage in again if stage.endswith(("base", "mlm")) or "mlm-frozen" in stage}


def test_fine_tuning_may_name_it(finished, tmp_path):
    values = finished[1]
    tuning = {"models": ["elsewhere"], "seeds": 1, "epochs": 1, "batch_notes": 8, "notes": 12}
    task = {**values["tasks"][0], "settings": ["probe", "finetune"], "finetune": tuning}
    Study.parse({**values, "adapt": [], "tasks": [task]}, tmp_path / "run").run(until="space")
    scores = Results.read(tmp_path / "run" / "results.json").scores
    assert {s.model for s in scores if s.setting == "finetune"} == {"elsewhere"}


def test_a_missing_model_stops_before_anything_runs(finished, tmp_path):
    values = {**finished[1], "compare": [{"name": "gone", "model": str(tmp_path / "gone")}]}
    with pytest.raises(ModelError, match="no such model folder"):
        Study.parse(values, tmp_path / "run").run()
    assert not (tmp_path / "run").exists()


def test_audits_know_adapted_models_by_name_alone(finished, tmp_path, capsys):
    study = tmp_path / "study.yaml"
    study.write_text(json.dumps(finished[1]))
    with pytest.raises(SystemExit) as stop:
        main(["audit", str(study), "elsewhere", "--out", str(tmp_path / "run")])
    assert stop.value.code == 2
    assert "one of base, mlm, or a model folder" in capsys.readouterr().err
