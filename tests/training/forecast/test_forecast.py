"""The arithmetic of a forecast, on planted measurements."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from wardspace.training.data.plan import Plan
from wardspace.training.forecast import forecast as module
from wardspace.training.forecast.forecast import Workload, stage_forecast
from wardspace.training.forecast.measure import Measured

# 1 ms a token
MAIN = Measured(
    tokens=8000, training=8.0, starting=1.0, reading=0.3e-3, checkpoint=0.2, peak_memory=500, checkpoint_bytes=70
)
HEAD = replace(MAIN, tokens=1000, training=0.2, starting=0.5, peak_memory=900)


def plan_of(steps, tokens=2000):
    return Plan(np.zeros((steps, 3), dtype=np.int32), np.arange(steps + 1), np.full(steps, tokens))


def phase(steps, evaluations=4):
    plan = SimpleNamespace(training=plan_of(steps), validation=plan_of(5))
    return SimpleNamespace(plan=plan.training, plans=[plan], evaluations=evaluations)


def stage(phases, *found, loading=0.0, models=1, **options):
    return stage_forecast(Workload(phases, **options), found, "m", "mlm", loading=loading, models=models)


def test_every_part_of_a_stage():
    found = stage([phase(10, evaluations=0), phase(90)], HEAD, MAIN, tokens_read=10_000, loading=2.0)
    assert (found.runs, found.steps, found.tokens) == (1, 100, 200_000)
    assert found.training == pytest.approx(20_000 * 0.2e-3 + 180_000 * 1e-3)
    assert found.reading == pytest.approx(5 * 10_000 * 0.3e-3 + 10_000 * 0.3e-3)
    assert found.checkpoints == pytest.approx(5 * 0.2)
    assert found.starting == pytest.approx(2.0 + 1.5)
    assert found.seconds == pytest.approx(184 + 18 + 1 + 3.5)
    assert (found.measured_tokens, found.peak_memory, found.disk) == (9000, 900, 210)


def test_few_steps_are_validated_no_more_often_than_there_are_steps():
    found = stage([phase(2)], MAIN)
    assert found.reading == pytest.approx(3 * 10_000 * 0.3e-3)
    assert found.checkpoints == pytest.approx(3 * 0.2)


def test_seeds_share_what_is_read_once_for_a_model(monkeypatch):
    """Two models with three seeds each; reading is timed on a sample: 50 tokens in 5 ms."""
    ticks = iter((7.0, 7.005))
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    read = {"tokens_read": 1000, "tokens_shared": 4000, "read_sample": lambda: 50}
    found = stage([phase(10)], MAIN, runs=3, models=2, loading=2.0, **read)
    assert (found.runs, found.steps, found.tokens) == (6, 60, 120_000)
    assert found.training == pytest.approx(120)
    assert found.reading == pytest.approx(6 * 5 * 10_000 * 0.3e-3 + (6 * 1000 + 2 * 4000) * 0.1e-3)
    assert found.starting == pytest.approx(6 * 3)
    assert (found.peak_memory, found.disk) == (500, 210)
