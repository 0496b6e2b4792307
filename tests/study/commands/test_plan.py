import json
from dataclasses import asdict, replace
from typing import Literal

import pytest

from tests.fixtures.studies import CANARY, small_study
from wardspace.config import TASKS, ClassificationConfig
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.results.settings import SettingRecord
from wardspace.study import Study
from wardspace.study.commands.plan import plan
from wardspace.tasks import KINDS, Texts, finetuning, kind_of, no_model, register
from wardspace.tasks.documents import finetune
from wardspace.tasks.documents.kind import Documents
from wardspace.tasks.finetuning import Trial
from wardspace.tasks.probes import head
from wardspace.training.forecast.forecast import Workload
from wardspace.training.phase import planned as planned_batches
from wardspace.training.train import phase_of, run_phase
from wardspace.training.weights.processes import Processes

TASK = {
    "name": "area",
    "label": "area",
    "settings": ["probe", "finetune"],
    "finetune": {"best": 1, "seeds": 2, "epochs": 2, "batch_notes": 8},
}


def study_of(home, folder="run", **changes):
    return Study.parse(small_study(home, **{"tasks": [TASK], **changes}), home / folder)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    home = tmp_path_factory.mktemp("plan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "_ROUNDS", 3)  # how well the head learns is not the question
        yield home, plan(study_of(home), seconds=0.5)


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
    assert stored == json.loads(json.dumps(asdict(forecast)))
    for name in ("seconds", "training", "reading", "checkpoints", "starting"):
        assert all(stage[name] > 0 for stage in stored["stages"])
    assert stored["seconds"] == pytest.approx(sum(stage["seconds"] for stage in stored["stages"]))
    shares = [sum(stage[name] for stage in stored["stages"]) for name in ("measured_tokens", "tokens")]
    assert stored["measured_share"] == pytest.approx(shares[0] / shares[1])
    assert CANARY not in json.dumps(stored)


def test_every_stage_is_measured(planned):
    forecast = planned[1]
    assert [(stage.model, stage.what) for stage in forecast.stages] == [
        ("both", "mlm"),
        ("both", "declutr"),
        ("category", "category"),
        ("2 models", "finetune area"),
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
    ran = [(cost["steps"], cost["tokens"]) for name in costs for cost in costs[name]]
    assert [(stage.steps, stage.tokens) for stage in forecast.stages[:3]] == ran
    again = plan(study, seconds=0.2)
    assert [stage.tokens for stage in again.stages] == [stage.tokens for stage in forecast.stages]
    assert {path: path.read_bytes() for path in (home / "run" / "models").rglob("model.safetensors")} == models
    assert study.run(until="adapt")


def test_the_fine_tuning_of_every_model_and_seed_is_forecast(planned, monkeypatch):
    """Two models with two seeds each: what they train on and read is counted while the study runs."""
    home, forecast = planned
    trained, read, embed = [], [], Encoder.embed

    def counted_training(models, parts, options, folder, **others):
        trained.append(phase_of(models, parts, options, folder))
        return run_phase(trained[-1], show_progress=False)

    def counted_reading(self, ids, mask, *types):
        read.append(int(mask.sum()))
        return embed(self, ids, mask, *types)

    monkeypatch.setattr(finetuning, "train", counted_training)
    monkeypatch.setattr(Encoder, "embed", counted_reading)
    study = study_of(home)
    study.run(until="evaluate")
    tuned, all_read = forecast.stages[3], sum(read)
    assert tuned.runs == len(trained) == 4
    # the first seed is planned; another order of the notes may fill a batch more or less
    assert tuned.steps == 2 * sum(len(phase.plan) for phase in trained[::2])
    assert tuned.tokens == 2 * sum(int(phase.plan.tokens.sum()) for phase in trained[::2])
    corpus = Corpus.open(study.folder.corpus)
    read.clear()
    Encoder.load(study.config.base, study.config.encoder).encode(corpus.table(["text"])["text"].to_pylist())
    embedding = 3 * sum(read)
    (task,) = study.config.tasks
    setting = kind_of(task).settings(task)[-1]
    model = replace(no_model("base"), source=(study.config.base, study.config.encoder))
    work = setting.workload(model, kind_of(task).gold(Texts(corpus), task, SPLITS), home)
    assert 4 * work.tokens_read + 2 * work.tokens_shared == all_read - embedding


def test_a_study_that_trains_nothing_has_nothing_to_plan(planned):
    probed = {**TASK, "settings": ["probe"]}
    with pytest.raises(WardspaceError, match="nothing to plan"):
        plan(study_of(planned[0], adapt=[], tasks=[probed]))


def test_fine_tuning_alone_is_planned(planned, tmp_path):
    tuned = {**TASK, "finetune": {"models": "all", "seeds": 1, "epochs": 1}}
    study = Study.parse(small_study(planned[0], adapt=[], tasks=[tuned]), tmp_path / "run")
    (stage,) = plan(study, seconds=0.1).stages
    assert (stage.model, stage.what, stage.runs) == ("base", "finetune area", 1)


def test_one_of_several_processes_is_refused(planned, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(WardspaceError, match="one process"):
        plan(study_of(planned[0]))


class ToyConfig(ClassificationConfig):
    """A kind of task that exists in this test alone."""

    kind: Literal["toy"] = "toy"


class Twice(finetune.DocumentFineTuning):
    """Trains the same twice over, five times with each model."""

    def workload(self, model, gold, folder):
        one = super().workload(model, gold, folder)
        return Workload([*one.phases, *one.phases], runs=5)


class Toy(Documents):
    config = ToyConfig

    def settings(self, task):
        return [Twice(SettingRecord(name="twice", family="fine-tuned", trained="model"), task)]


def test_a_new_kind_of_task_is_planned_too(planned, tmp_path, monkeypatch):
    for held in (KINDS, TASKS.sections):
        monkeypatch.setitem(held, "toy", None)  # taken out again after the test
    register(Toy())
    tuned = {"name": "new", "kind": "toy", "label": "area", "finetune": {"models": "all", "epochs": 1}}
    study = Study.parse(small_study(planned[0], adapt=[], tasks=[tuned]), tmp_path / "run")
    (stage,) = plan(study, seconds=0.1).stages
    (task,) = study.config.tasks
    gold = Toy().gold(Texts(Corpus.open(study.folder.corpus)), task, SPLITS)
    tuner = finetune.Finetuning(study.config.base, study.config.encoder, gold.texts, gold.labels, task)
    _, part, options = tuner.call(Trial(0, task.finetune.rates[0]), "new", Processes())
    (once,) = planned_batches([part], options)
    assert (stage.model, stage.what, stage.runs) == ("base", "twice new", 5)
    assert (stage.steps, stage.tokens) == (10 * len(once.training), 10 * int(once.training.tokens.sum()))
