"""Fine-tuning on pairs: what is trained again after an interruption, and what `plan` counts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.pairs import paired_corpus, paired_rows
from tests.tasks.pairs.test_kind import QUICK, gold_of, model_of, predicted, task_of
from wardspace.tasks import finetuning, kind_of
from wardspace.training.train import phase_of

TUNED = {**QUICK, "epochs": 2, "seeds": 2}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return paired_corpus(tmp_path_factory.mktemp("pairs") / "corpus", paired_rows(60, each=2))


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


def test_after_an_interruption_nothing_is_trained_twice_and_nothing_differs(tmp_path, corpus, trained, quick_head):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "finetune": {**TUNED, "epochs": 1, "learning_rate": [1e-3, 3e-3]}}
    trained.stop = 3  # two rates with the first seed, then the second seed
    with pytest.raises(KeyboardInterrupt):
        predicted(corpus, folder, tmp_path / "work", **options)
    trained.stop = 0
    resumed = predicted(corpus, folder, tmp_path / "work", **options)
    assert len(trained.found) == 4
    assert resumed.equals(predicted(corpus, folder, tmp_path / "other", **options))


def test_plan_counts_what_is_trained(tmp_path, corpus, trained, quick_head):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "budgets": [0.5], "finetune": TUNED}
    task = task_of(**options)
    (setting,) = kind_of(task).settings(task)
    work = setting.workload(model_of(corpus, folder), gold_of(corpus, task), tmp_path / "plan")
    predicted(corpus, folder, tmp_path / "work", **options)
    assert work.runs * len(work.phases) == len(trained.found) == 4
    plans = [[phase.plan.tokens.sum() for phase in phases] for phases in (work.phases, trained.found[::2])]
    assert plans[0] == plans[1]


def test_a_cap_takes_whole_groups_the_same_for_every_model(tmp_path, corpus, trained, quick_head):
    for seed in (0, 1):
        predicted(
            corpus, tiny_model(tmp_path / f"m{seed}", seed=seed), tmp_path / f"w{seed}", settings=["finetune"],
            finetune={**TUNED, "seeds": 1, "notes": 8},
        )  # fmt: skip
    gold = gold_of(corpus, task_of())
    held = {str(name) for name in gold.units("validation").note_id}
    names = [{unit.id for unit in phase.parts[0].source.units(0)} - held for phase in trained.found]
    assert names[0] == names[1]
    group = dict(zip(gold.note_id, gold.group, strict=True))
    assert len({group[name] for name in names[0]}) == 8 and len(names[0]) == 16


def test_units_are_both_texts_of_a_pair(tmp_path, corpus, trained, quick_head):
    folder = tiny_model(tmp_path / "model")
    predicted(corpus, folder, tmp_path / "work", settings=["finetune"], finetune={**TUNED, "seeds": 1})
    objective = trained.found[0].parts[0].objective
    vocabulary, tokenizer = objective.setting.vocabulary, objective.model.tokenizer
    rows = {row["note_id"]: row for row in paired_rows(60, each=2)}
    for unit in trained.found[0].parts[0].source.units(0)[:10]:
        row, second = rows[unit.id], int(unit.targets["second"])
        whole = [*vocabulary.pairs.before, *unit.ids[:second], *vocabulary.pairs.between]
        whole += [*unit.ids[second:], *vocabulary.pairs.after]
        assert np.array(whole).tolist() == tokenizer(row["text"], row["other"])["input_ids"]
