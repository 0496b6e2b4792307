import json

import pytest

from tests.fixtures.studies import CANARY, small_study
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.study import Study
from wardspace.study.commands.plan import plan


def study_of(home, folder="run", **changes):
    return Study.parse(small_study(home, **changes), home / folder)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    home = tmp_path_factory.mktemp("plan")
    return home, plan(study_of(home), seconds=0.5)


def test_nothing_stays_but_the_corpus_and_the_plan(planned):
    run = planned[0] / "run"
    assert sorted(path.name for path in run.iterdir() if not path.name.startswith(".")) == [
        "corpus",
        "environment.json",
        "log.jsonl",
        "plan.json",
        "reproduce.sh",
        "run.json",
        "stages",
        "study.yaml",
    ]
    assert [path.name for path in run.glob(".*")] == [".lock"]
    assert [path.name for path in (run / "stages").iterdir()] == ["prepare.json"]
    assert not list(run.rglob("*.safetensors"))


def test_no_text_of_a_note_outside_the_corpus(planned):
    run = planned[0] / "run"
    files = [path for path in run.rglob("*") if path.is_file() and (run / "corpus") not in path.parents]
    assert len(files) >= 6
    assert not any(CANARY.encode() in path.read_bytes() for path in files)
    assert CANARY in Corpus.open(run / "corpus").table(["text"])["text"][0].as_py()


def test_the_file_holds_the_forecast(planned):
    home, forecast = planned
    stored = json.loads((home / "run" / "plan.json").read_text())
    assert stored == json.loads(json.dumps(forecast.as_dict()))
    assert CANARY not in json.dumps(stored)


def test_every_stage_is_measured(planned):
    forecast = planned[1]
    assert [(stage.model, stage.objective) for stage in forecast.stages] == [
        ("both", "mlm"),
        ("both", "declutr"),
        ("category", "category"),
    ]
    assert all(stage.measured_tokens > 0 for stage in forecast.stages)
    assert 0 < forecast.peak_memory < forecast.available_memory


def test_steps_and_tokens_are_those_of_the_run(planned):
    """And having run, the study is measured all the same, and its models stay as they are."""
    home, forecast = planned
    study = study_of(home)
    study.run(until="adapt")
    models = {path: path.read_bytes() for path in (home / "run" / "models").rglob("model.safetensors")}
    assert len(models) == 2
    costs = {
        name: json.loads((home / "run" / "models" / name / "cost.json").read_text()) for name in ("both", "category")
    }
    ran = [(cost["steps"], cost["tokens"], cost["notes_read"]) for name in costs for cost in costs[name]]
    assert [(stage.steps, stage.tokens, stage.notes_read) for stage in forecast.stages] == ran
    again = plan(study, seconds=0.2)
    assert [stage.tokens for stage in again.stages] == [stage.tokens for stage in forecast.stages]
    assert {path: path.read_bytes() for path in (home / "run" / "models").rglob("model.safetensors")} == models
    assert study.run(until="adapt")


def test_a_study_without_models_has_nothing_to_plan(planned):
    with pytest.raises(WardspaceError, match="nothing to plan"):
        plan(study_of(planned[0], adapt=[]))


def test_one_of_several_processes_is_refused(planned, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(WardspaceError, match="one process"):
        plan(study_of(planned[0]))
