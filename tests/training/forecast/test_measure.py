"""Measuring a tiny model: what is done and what is left behind, never how long it took."""

from __future__ import annotations

import pytest
import torch

from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
from wardspace.core.errors import WardspaceError
from wardspace.training.adapt import Recipe, training_setup
from wardspace.training.forecast import memory
from wardspace.training.forecast.measure import Clock, measured
from wardspace.training.weights.processes import Processes

SPANS = {"longest": 24, "shortest": 4}
OPTIONS = {"batch_tokens": 400, "holdout": 0.1, "evaluations": 2, "precision": "fp32"}


@pytest.fixture
def phases(corpus, base, headless, tmp_path):
    """Phases of one stage; the base may lack a head."""

    def made(objective, *, headless_base=False, tokens=3000, **training):
        options = TrainingConfig(**{**OPTIONS, **training})
        model = AdaptConfig(name="m", objectives=[objective])
        folder = str(headless if headless_base else base)
        asked = Recipe(corpus, model, folder, EncoderConfig(), BudgetConfig(tokens=tokens), options, False)
        cpu = torch.device("cpu")
        stage = training_setup(asked, cpu, show_progress=False).stages[0]
        return [call.phase() for call in stage.calls(tmp_path / "work", cpu, Processes())]

    return made


@pytest.mark.parametrize("objective", ["mlm", {"declutr": SPANS}, {"category": {"loss": "supcon"}}, "blend"])
def test_everything_is_measured_and_nothing_stays(phases, tmp_path, objective):
    (phase,) = phases(objective)
    found = measured(phase, 0.5, tmp_path)
    assert found.tokens >= 2 * phase.plan.tokens.min()
    assert min(found.training, found.starting, found.reading, found.checkpoint) > 0
    assert found.peak_memory > 2**20
    learned = sum(p.numel() for p in phase.part.objective.parameters()) * 4
    assert found.checkpoint_bytes > 2.5 * learned  # the weights, and the two averages of those that learn
    assert list(tmp_path.iterdir()) == []


def test_a_new_head_is_measured_with_the_encoder_frozen(phases, tmp_path):
    head, _ = phases("mlm", headless_base=True)
    before = {name: value.clone() for name, value in head.part.objective.model.encoder.state_dict().items()}
    measured(head, 0.2, tmp_path)
    after = head.part.objective.model.encoder.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_low_rank_training_leaves_plain_modules(phases, tmp_path):
    (phase,) = phases("mlm", lora={"rank": 2})
    names = [name for name, _ in phase.part.objective.named_parameters()]
    measured(phase, 0.2, tmp_path)
    assert [name for name, _ in phase.part.objective.named_parameters()] == names


def test_a_loss_that_is_no_number_is_told(phases, tmp_path):
    (phase,) = phases("mlm")
    with torch.no_grad():
        next(phase.part.objective.model.encoder.parameters()).fill_(float("nan"))
    with pytest.raises(WardspaceError, match="no finite number"):
        measured(phase, 0.2, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_interrupted_it_leaves_nothing(phases, tmp_path, monkeypatch):
    (phase,) = phases("mlm")

    def press(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(Clock, "on_step_end", press)
    with pytest.raises(KeyboardInterrupt):
        measured(phase, 0.2, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_pass_that_will_not_fit_is_told_before_it_is_read(phases, tmp_path, monkeypatch):
    (phase,) = phases("mlm")
    monkeypatch.setattr(memory, "available", lambda device: 2**20)
    with pytest.raises(WardspaceError, match="there"):
        measured(phase, 0.2, tmp_path)
    assert list(tmp_path.iterdir()) == []
