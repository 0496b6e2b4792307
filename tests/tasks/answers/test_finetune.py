"""Fine-tuning of readers: what is trained again after an interruption, and what `plan` counts."""

from __future__ import annotations

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.questions import asked_corpus
from tests.tasks.answers.test_kind import ENCODER, QUICK, gold_of, predicted, task_of
from wardspace.tasks import EvaluatedModel, finetuning, kind_of
from wardspace.training.train import phase_of

TUNED = {**QUICK, "epochs": 1, "seeds": 2}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return asked_corpus(tmp_path_factory.mktemp("asked") / "corpus", 40, words=60)


def split_names(corpus):
    table = corpus.table(["note_id", "split"])
    return zip(table["note_id"].to_pylist(), table["split"].cast("string").to_pylist(), strict=True)


@pytest.fixture
def trained(monkeypatch):
    """Phases as they are trained; the one with the number in `stop` is interrupted."""
    found, train = [], finetuning.train

    def counted(models, parts, options, folder, **others):
        found.append(phase_of(models, parts, options, folder))
        if len(found) == counted.stop:
            raise KeyboardInterrupt
        return train(models, parts, options, folder, **others)

    counted.stop = 0
    monkeypatch.setattr(finetuning, "train", counted)
    counted.found = found
    return counted


def test_after_an_interruption_nothing_is_trained_twice_and_nothing_differs(tmp_path, corpus, trained):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "windows": 2, "finetune": {**TUNED, "learning_rate": [1e-3, 3e-3]}}
    trained.stop = 3  # two rates with the first seed, then the second seed
    with pytest.raises(KeyboardInterrupt):
        predicted(corpus, folder, tmp_path / "work", **options)
    trained.stop = 0
    resumed = predicted(corpus, folder, tmp_path / "work", **options)
    assert len(trained.found) == 4
    assert resumed.equals(predicted(corpus, folder, tmp_path / "other", **options))


def test_plan_counts_what_is_trained(tmp_path, corpus, trained):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "budgets": [0.5], "windows": 3, "finetune": TUNED}
    task = task_of(**options)
    (setting,) = kind_of(task).settings(task)
    model = EvaluatedModel("mlm", list, list, None, (str(folder), ENCODER))
    work = setting.workload(model, gold_of(corpus, task), tmp_path / "plan")
    predicted(corpus, folder, tmp_path / "work", **options)
    assert work.runs * len(work.phases) == len(trained.found) == 4
    plans = [[phase.plan.tokens.sum() for phase in phases] for phases in (work.phases, trained.found[::2])]
    assert plans[0] == plans[1] and work.tokens_read > 0


def test_made_up_questions_are_learned_first_once_for_all_budgets(tmp_path, trained):
    corpus = asked_corpus(tmp_path / "corpus", 40, words=30)
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "budgets": [0.5], "windows": 2, "finetune": {**TUNED, "cloze": 12}}
    trained.stop = 4  # made-up and real questions with the first seed, made-up ones with the second, then the real ones
    with pytest.raises(KeyboardInterrupt):
        predicted(corpus, folder, tmp_path / "work", **options)
    trained.stop = 0
    resumed = predicted(corpus, folder, tmp_path / "work", **options)
    again = predicted(corpus, folder, tmp_path / "other", **options)
    assert resumed.equals(again)
    before = [phase for phase in trained.found if phase.what.endswith("before the labels")]
    assert len(before) == len({phase.folder for phase in before}) == 2 * 2  # two seeds, two runs, and no budget
    (part,) = before[0].parts
    units = part.source.units(0)
    assert len(units) == 12
    training = {name for name, split in split_names(corpus) if split == "train"}
    assert {unit.id.split("#")[0] for unit in units} <= training
    other = predicted(corpus, folder, tmp_path / "none", **{**options, "finetune": TUNED})
    assert not again.equals(other)


def test_plan_counts_made_up_questions(tmp_path):
    corpus = asked_corpus(tmp_path / "corpus", 40, words=30)
    task = task_of(settings=["finetune"], budgets=[0.5], finetune={**TUNED, "cloze": 30})
    (setting,) = kind_of(task).settings(task)
    model = EvaluatedModel("mlm", list, list, None, (str(tiny_model(tmp_path / "model")), ENCODER))
    work = setting.workload(model, gold_of(corpus, task), tmp_path / "plan")
    assert [phase.what for phase in work.phases][-1].endswith("before the labels")
    assert len(work.phases) == 3
