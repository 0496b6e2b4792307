"""Fine-tuning on relations: what seeds share, and what `plan` counts."""

from __future__ import annotations

import pytest

from tests.fixtures.models import tiny_model
from tests.fixtures.relations import related_corpus
from tests.tasks.relations.test_kind import ENCODER, QUICK, gold_of, predicted, task_of
from wardspace.tasks import EvaluatedModel, finetuning, kind_of
from wardspace.training.train import phase_of

TUNED = {**QUICK, "epochs": 1, "seeds": 2}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return related_corpus(tmp_path_factory.mktemp("related") / "corpus", 30)


@pytest.fixture
def trained(monkeypatch):
    """Phases as they are trained."""
    found, train = [], finetuning.train

    def noted(models, parts, options, folder, **others):
        found.append(phase_of(models, parts, options, folder))
        return train(models, parts, options, folder, **others)

    monkeypatch.setattr(finetuning, "train", noted)
    return found


def test_plan_counts_what_is_trained(tmp_path, corpus, trained):
    folder = tiny_model(tmp_path / "model")
    options = {"settings": ["finetune"], "budgets": [0.5], "finetune": TUNED}
    (setting,) = kind_of(task := task_of(**options)).settings(task)
    model = EvaluatedModel("m", list, list, None, (str(folder), ENCODER))
    work = setting.workload(model, gold_of(corpus, task), tmp_path / "plan")
    predicted(corpus, folder, tmp_path / "work", **options)
    assert work.runs * len(work.phases) == len(trained) == 4
    plans = [[phase.plan.tokens.sum() for phase in phases] for phases in (work.phases, trained[::2])]
    assert plans[0] == plans[1]


def test_seeds_have_heads_of_their_own_and_share_the_tokens(tmp_path, corpus, trained):
    predicted(corpus, tiny_model(tmp_path / "m"), tmp_path / "w", settings=["finetune"], finetune=TUNED)
    one, other = (phase.parts[0].source.units(0) for phase in trained)
    assert all(ours.ids is theirs.ids for ours, theirs in zip(one, other, strict=True))
    heads = [phase.parts[0].objective.head.out.weight for phase in trained]
    assert not heads[0].equal(heads[1])
