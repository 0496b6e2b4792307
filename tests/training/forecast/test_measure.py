"""Measuring a tiny model: what is done and what is left behind, never how long it took."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
from wardspace.core.errors import WardspaceError
from wardspace.training.adapt import Recipe, training_setup
from wardspace.training.forecast import measure, probe
from wardspace.training.forecast.measure import measured
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
        return training_setup(asked, cpu, show_progress=False).stages[0].phases(tmp_path / "work", cpu, Processes())

    return made


def quiet(step=1.0):
    pass


@pytest.mark.parametrize("objective", ["mlm", {"declutr": SPANS}, {"category": {"loss": "supcon"}}, "blend"])
def test_everything_is_measured_and_nothing_stays(phases, tmp_path, objective):
    (phase,) = phases(objective)
    found = measured(phase, 0.5, tmp_path, quiet)
    assert found.timing.laps.steps >= 2
    assert found.timing.laps.tokens > 0
    assert found.every == 1
    for seconds in (
        found.timing.laps.reading,
        found.timing.laps.updating,
        found.timing.validation,
        found.timing.checkpoint,
        found.weights,
    ):
        assert seconds > 0
    assert found.peak > 2**20
    assert found.operations.done == found.operations.needed > 0
    assert list(tmp_path.iterdir()) == []


def test_a_new_head_is_measured_with_the_encoder_frozen(phases, tmp_path):
    head, main = phases("mlm", headless_base=True)
    before = {name: value.clone() for name, value in head.objective.model.encoder.state_dict().items()}
    warm = measured(head, 0.2, tmp_path, quiet)
    after = head.objective.model.encoder.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert warm.timing.validation == warm.timing.checkpoint == 0
    assert warm.need is None
    assert warm.operations.needed < measured(main, 0.2, tmp_path, quiet).operations.needed


def test_a_contrast_in_several_passes_reads_twice(phases, tmp_path):
    (phase,) = phases({"declutr": SPANS}, pass_tokens=100)
    found = measured(phase, 0.2, tmp_path, quiet)
    assert 1.2 < found.operations.done / found.operations.needed < 1.5
    assert phase.pass_tokens == 100  # as it was before


def test_slow_batches_are_read_in_part(phases, tmp_path, monkeypatch):
    monkeypatch.setattr(measure, "_FAIR", 50)
    (phase,) = phases("mlm")
    found = measured(phase, 1e-6, tmp_path, quiet)
    fewest = int(np.diff(phase.plan.starts).min())
    assert 2 <= found.every <= fewest // 2
    assert found.timing.laps.steps == 2
    assert found.timing.laps.tokens < phase.plan.tokens.sum() / len(phase.plan) * 2


def test_low_rank_training_leaves_plain_modules(phases, tmp_path):
    (phase,) = phases("mlm", lora={"rank": 2})
    names = [name for name, _ in phase.objective.named_parameters()]
    measured(phase, 0.2, tmp_path, quiet)
    assert [name for name, _ in phase.objective.named_parameters()] == names


def test_a_pass_that_does_not_fit_is_told_before_it_is_read(phases, tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "available", lambda device: 2**30)
    monkeypatch.setattr(probe.Probe, "_peak", lambda self, tokens: (tokens, 2**29 + tokens * 2**20))
    (phase,) = phases("mlm")
    with pytest.raises(WardspaceError, match="4,096 tokens would need") as fault:
        measured(phase, 0.2, tmp_path, quiet)
    assert fault.value.where == "training.pass_tokens"


def test_a_loss_that_is_no_number_is_told(phases, tmp_path):
    (phase,) = phases("mlm")
    with torch.no_grad():
        next(phase.objective.model.encoder.parameters()).fill_(float("nan"))
    with pytest.raises(WardspaceError, match="no finite number"):
        measured(replace(phase), 0.2, tmp_path, quiet)
    assert list(tmp_path.iterdir()) == []
