import csv

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.studies import CANARY, write_notes
from wardspace.cli import main
from wardspace.config import load_study
from wardspace.results import Results


def run(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return stop.value.code


def test_a_study_is_written_that_validates_and_runs(capsys, tmp_path):
    notes, study = write_notes(tmp_path / "notes.csv", canary=True), tmp_path / "study.yaml"
    assert run("init", str(notes), "--out", str(study)) == 0
    told = capsys.readouterr()
    assert CANARY not in told.out + told.err + study.read_text()
    columns = load_study(study).corpus.columns
    assert (columns.note_id, columns.patient_id, columns.text) == ("note_id", "patient", "text")
    assert run("validate", str(study)) == 0
    tiny_model(tmp_path / "base", "bert")
    small = ["budget.tokens=2000", "training.batch_tokens=500", "report.resamples=200", "encoder.window=64"]
    changes = [f"--set={change}" for change in (f"base={tmp_path / 'base'}", *small)]
    assert run("run", str(study), "--out", str(tmp_path / "run"), *changes) == 0
    results = Results.read(tmp_path / "run" / "results.json")
    assert {model.name for model in results.models} >= {"tfidf", "base", "recommended"}
    assert {score.task for score in results.scores} == {task.name for task in load_study(study).tasks}


def test_a_file_that_is_there_is_overwritten_only_if_told(capsys, tmp_path):
    notes, study = write_notes(tmp_path / "notes.csv", 20), tmp_path / "study.yaml"
    study.write_text("name: mine\n")
    assert run("init", str(notes), "--out", str(study)) == 2
    assert study.read_text() == "name: mine\n"
    assert str(study) in capsys.readouterr().err
    assert run("init", str(notes), "--out", str(study), "--force") == 0
    assert load_study(study).name == "notes"


def test_a_file_without_text_is_named(capsys, tmp_path):
    path = tmp_path / "codes.csv"
    with path.open("w", newline="") as handle:
        csv.writer(handle).writerows([["id", "code"], [1, "a"], [2, "b"]])
    assert run("init", str(path), "--out", str(tmp_path / "study.yaml")) == 2
    assert str(path) in capsys.readouterr().err
    assert not (tmp_path / "study.yaml").exists()


@pytest.mark.parametrize("ids", ["n{}", "{}", "2024-00{}"])
def test_a_table_without_a_header_is_refused_and_not_shown(tmp_path, capsys, ids):
    rows = [f"{ids.format(i)},Meier,chest pain for {i} days\n" for i in range(1, 9)]
    (tmp_path / "notes.csv").write_text("".join(rows))
    assert run("init", str(tmp_path / "notes.csv"), "--out", str(tmp_path / "study.yaml")) == 2
    told = capsys.readouterr()
    assert "Meier" not in told.out + told.err
    assert not (tmp_path / "study.yaml").exists()


def test_a_split_that_is_given_as_files(capsys, tmp_path):
    places = {name: write_notes(tmp_path / f"{name}.csv", 60) for name in ("train", "validation", "test")}
    study = tmp_path / "study.yaml"
    options = [f"--{name}={places[name]}" for name in ("validation", "test")]
    assert run("init", str(places["train"]), *options, "--out", str(study)) == 0
    source = load_study(study).corpus.source
    assert {name: getattr(source, name) for name in places} == {name: str(path) for name, path in places.items()}
    assert (source.path, load_study(study).corpus.columns.split) == (None, None)
    assert run("validate", str(study)) == 0
    places["test"].write_text("note_id,note\n1,a\n")
    assert run("init", str(places["train"]), *options, "--out", str(study), "--force") == 2
    assert "missing columns" in capsys.readouterr().err
