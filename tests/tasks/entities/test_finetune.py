"""Fine-tuning of taggers: what is trained again after an interruption, and what `plan` counts."""

from __future__ import annotations

import pytest

from tests.fixtures.mentions import marked_corpus
from tests.fixtures.models import tiny_model
from tests.tasks.entities.test_kind import ENCODER, QUICK, gold_of, predicted, task_of
from wardspace.tasks import EvaluatedModel, finetuning, kind_of
from wardspace.tasks.finetuning import Trial
from wardspace.training.train import phase_of

TUNED = {**QUICK, "epochs": 2, "seeds": 2}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return marked_corpus(tmp_path_factory.mktemp("marked") / "corpus")


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
    options = {"settings": ["finetune"], "finetune": {**TUNED, "learning_rate": [1e-3, 3e-3]}}
    trained.stop = 3  # two rates with the first seed, then the second seed
    with pytest.raises(KeyboardInterrupt):
        predicted(corpus, folder, tmp_path / "work", **options)
    trained.stop = 0
    resumed = predicted(corpus, folder, tmp_path / "work", **options)
    assert [phase.options.training.learning_rate for phase in trained.found[:2]] == [1e-3, 3e-3]
    assert len(trained.found) == 4
    straight = predicted(corpus, folder, tmp_path / "other", **options)
    assert resumed.equals(straight)
    assert len(trained.found) == 4 + 3


def test_seeds_of_a_model_share_what_takes_long(tmp_path, corpus, trained):
    predicted(corpus, tiny_model(tmp_path / "model"), tmp_path / "work", settings=["finetune"], finetune=TUNED)
    one, other = (phase.parts[0].source.units(0) for phase in trained.found)
    assert all(ours is theirs for ours, theirs in zip(one, other, strict=True))
    heads = [phase.parts[0].objective.head.out.weight for phase in trained.found]
    assert not heads[0].equal(heads[1])


def test_plan_counts_what_is_trained(tmp_path, corpus, trained):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "budgets": [0.5], "finetune": TUNED}
    task = task_of(**options)
    (setting,) = kind_of(task).settings(task)
    model = EvaluatedModel("mlm", list, list, None, (str(folder), ENCODER))
    work = setting.workload(model, gold_of(corpus, task), tmp_path / "plan")
    predicted(corpus, folder, tmp_path / "work", **options)
    assert work.runs * len(work.phases) == len(trained.found) == 4
    plans = [[phase.plan.tokens.sum() for phase in phases] for phases in (work.phases, trained.found[::2])]
    assert plans[0] == plans[1]


def test_a_cap_on_notes_holds_for_every_model(tmp_path, corpus, trained):
    for seed in (0, 1):
        predicted(
            corpus, tiny_model(tmp_path / f"m{seed}", seed=seed), tmp_path / f"w{seed}", settings=["finetune"],
            finetune={**TUNED, "seeds": 1, "notes": 12},
        )  # fmt: skip
    names = [{unit.id for unit in phase.parts[0].source.units(0)} for phase in trained.found]
    assert names[0] == names[1] and len(names[0]) == 12 + 12


def test_few_notes_are_learned_from_in_small_batches(tmp_path, corpus, monkeypatch):
    """So many notes a batch, where nothing else is asked, that an epoch has its steps as far as notes reach."""
    model = EvaluatedModel("mlm", list, list, None, (str(tiny_model(tmp_path / "model")), ENCODER))

    def updates(notes, batch_notes=None):
        options = {**TUNED, "epochs": 4, "notes": notes, "batch_notes": batch_notes}
        task = task_of(settings=["finetune"], finetune=options)
        (setting,) = kind_of(task).settings(task)
        phase = setting.tuner(model, gold_of(corpus, task)).phase(Trial(0, 1e-3), "x", tmp_path / "work")
        return len(phase.plan.tokens)

    assert updates(24) == updates(24, 1) == pytest.approx(4 * 24, rel=0.3)
    monkeypatch.setattr(finetuning, "STEPS", 3)
    assert 4 * 3 <= updates(24) < updates(24, 1) / 3
    monkeypatch.setattr(finetuning, "MOST_NOTES", 2)
    assert updates(24) == updates(24, 2)
