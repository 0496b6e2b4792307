import json

import pytest

from tests.fixtures.studies import CANARY, small_study
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.study import Study
from wardspace.study.commands import plan as module
from wardspace.study.commands.plan import alike_key, plan


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


def test_it_adds_up(planned):
    forecast = planned[1]
    assert [(stage.model, stage.objective) for stage in forecast.stages] == [
        ("both", "mlm"),
        ("both", "declutr"),
        ("category", "category"),
    ]
    for stage in forecast.stages:
        times = stage.times
        parts = (times.starting, times.head_warmup, times.training, times.validation, times.checkpoints)
        assert stage.seconds == pytest.approx(sum(parts))
        assert 0 < stage.low <= stage.seconds <= stage.high
        assert stage.operations >= stage.operations_per_token * stage.tokens * 0.99
        assert stage.utilisation is None
    assert forecast.seconds == pytest.approx(forecast.preparing + sum(stage.seconds for stage in forecast.stages))
    assert forecast.operations == pytest.approx(sum(stage.operations for stage in forecast.stages))
    assert (forecast.kilowatt_hours is None) == (forecast.energy_sources == [])
    assert forecast.pass_tokens == 4096
    assert forecast.gpu_peak is None


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


def test_equal_objectives_are_measured_once(planned, monkeypatch):
    home, _ = planned
    calls = []
    measured = module.measured
    monkeypatch.setattr(module, "measured", lambda *args: calls.append(args[0].what) or measured(*args))
    adapt = [
        {"name": "one", "objectives": ["mlm"]},
        {"name": "other-seed", "objectives": ["mlm"], "training": {"seed": 2, "learning_rate": 1e-3}},
        {"name": "frozen", "objectives": ["mlm"], "training": {"freeze_layers": 1}},
    ]
    forecast = plan(study_of(home, adapt=adapt), seconds=0.2)
    assert len(forecast.stages) == 3
    assert len(calls) == 2
    first, second, frozen = forecast.stages
    assert first.tokens_per_second == pytest.approx(second.tokens_per_second, rel=0.05)
    assert frozen.operations_per_token < first.operations_per_token


def test_a_smaller_share_with_smaller_batches_is_another_measurement(planned):
    config = study_of(planned[0], budget={"tokens": 2000}, training={"batch_tokens": 200}).config
    both, category = config.adapt
    alone = category.model_copy(update={"objectives": both.objectives[:1]})
    assert alike_key(config, both, 0) != alike_key(config, alone, 0)  # 125 tokens and 200
    wide = config.model_copy(update={"budget": config.budget.model_copy(update={"tokens": 100_000})})
    assert alike_key(wide, both, 0) == alike_key(wide, alone, 0)


def test_a_study_without_models_has_nothing_to_plan(planned):
    with pytest.raises(WardspaceError, match="nothing to plan"):
        plan(study_of(planned[0], adapt=[]))


def test_one_of_several_processes_is_refused(planned, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(WardspaceError, match="one process"):
        plan(study_of(planned[0]))
