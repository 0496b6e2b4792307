"""The record in a run folder is that of the results beside it, whatever was tried since."""

import json
import shutil

import pytest
import yaml

from tests.cli.test_main import run as commanded
from tests.fixtures.studies import small_study
from wardspace.config import load_study
from wardspace.core.errors import WardspaceError
from wardspace.models import Encoder
from wardspace.study import Study
from wardspace.study.commands.export import export

RECORD = ("study.yaml", "environment.json", "reproduce.sh", "results.json")
MLM = [{"name": "mlm", "objectives": ["mlm"]}]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("study")
    values = small_study(home, adapt=MLM, budget={"tokens": 2000})
    Study.parse(values, home / "run").run()
    return home, values


@pytest.fixture
def finished(made, tmp_path):
    """A finished run that a test may spoil, and a study file that asks for it again."""
    shutil.copytree(made[0] / "run", tmp_path / "run")
    (tmp_path / "asked.yaml").write_text(yaml.safe_dump(made[1]))
    return tmp_path / "run", made[1]


def record(run):
    return {name: (run / name).read_bytes() for name in RECORD}


def events(run, since):
    lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()[since:]]
    return {line["event"] for line in lines}


@pytest.mark.parametrize(
    ("change", "told"),
    [("corpus.source.path=nothere.csv", "nothere.csv"), ("corpus.columns.patient_id=pateint", "missing column")],
)
def test_a_run_that_fails_on_its_notes_leaves_everything(finished, capsys, change, told):
    run, values = finished
    before = record(run)
    asked = str(run.parent / "asked.yaml")
    assert commanded("run", asked, "--out", str(run), "--set", change) == 2
    assert told in capsys.readouterr().err
    assert record(run) == before
    assert not (run / "attempt.yaml").exists()
    since = (run / "log.jsonl").read_text().count("\n")
    Study.parse(values, run).run()
    assert events(run, since) == {"kept"}


def test_what_fails_later_lies_beside_until_there_are_results_of_it(finished, monkeypatch):
    run, values = finished
    before = record(run)
    changed = {**values, "training": {**values["training"], "learning_rate": 0.01}}

    def full(*_, **__):
        raise WardspaceError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("wardspace.study.steps.adapt.adapt", full)
        with pytest.raises(WardspaceError, match="full"):
            Study.parse(changed, run).run()
    assert record(run) == before
    assert load_study(run / "attempt.yaml").training.learning_rate == 0.01
    Study.parse(changed, run).run()
    assert not (run / "attempt.yaml").exists()
    assert load_study(run / "study.yaml").training.learning_rate == 0.01
    assert record(run)["results.json"] != before["results.json"]


def test_an_attempt_that_is_given_up_goes(finished):
    run, values = finished
    Study.parse({**values, "report": {"resamples": 300}}, run).run(until="adapt")
    assert load_study(run / "attempt.yaml").report.resamples == 300
    Study.parse(values, run).run(until="prepare")
    assert not (run / "attempt.yaml").exists()


def test_a_model_is_exported_by_what_was_asked_last(finished, tmp_path):
    run, values = finished
    more = [*MLM, {"name": "other", "objectives": ["mlm"]}]
    Study.parse({**values, "adapt": more}, run).run(until="adapt")
    export(run, "other", tmp_path / "out", "made of invented notes")
    assert Encoder.load(tmp_path / "out").dimension > 0
    assert [model.name for model in load_study(run / "study.yaml").adapt] == ["mlm"]


def test_a_folder_without_results_holds_the_record_of_its_attempt(made, tmp_path):
    for tokens in (2000, 3000):
        Study.parse({**made[1], "budget": {"tokens": tokens}}, tmp_path / "run").run(until="prepare")
        assert load_study(tmp_path / "run" / "study.yaml").budget.tokens == tokens
        assert (tmp_path / "run" / "environment.json").exists()
        assert not (tmp_path / "run" / "attempt.yaml").exists()


def test_a_run_folder_alone_is_reported_from_its_own_study(finished, capsys):
    run, _ = finished
    before, since = record(run), (run / "log.jsonl").read_text().count("\n")
    (run / "report.html").unlink()
    assert commanded("report", str(run), "--with-text") == 0
    assert (run / "report.html").exists()
    assert (run / "corpus" / "report-with-text.html").exists()
    assert record(run)["study.yaml"] == before["study.yaml"]
    assert events(run, since) == {"kept"}
    capsys.readouterr()
    assert commanded("report", str(run.parent)) == 2
    assert "no run with a study of its own" in capsys.readouterr().err
    assert commanded("report", str(run), "--same") == 2
    assert "--same belongs to two run folders" in capsys.readouterr().err
