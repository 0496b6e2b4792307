"""The arithmetic of a forecast, on planted measurements."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from wardspace.training.data.plan import Plan
from wardspace.training.forecast.forecast import Forecast, stage_forecast
from wardspace.training.forecast.measure import Measured

# 1 ms a token
MAIN = Measured(steps=4, tokens=8000, training=8.0, starting=1.0, reading=0.3e-3, checkpoint=0.2, peak_memory=500)
HEAD = replace(MAIN, steps=2, tokens=1000, training=0.2, starting=0.5, reading=0.0, checkpoint=0.0, peak_memory=900)


def plan_of(steps, tokens=2000):
    return Plan(np.zeros((steps, 3), dtype=np.int32), np.arange(steps + 1), np.full(steps, tokens))


def phase(steps, evaluations=4):
    plan = SimpleNamespace(training=plan_of(steps), validation=plan_of(5))
    return SimpleNamespace(plan=plan.training, plans=[plan], evaluations=evaluations)


def stage(*phases, target_tokens=0, loading=0.0):
    return stage_forecast("m", "mlm", phases, target_tokens=target_tokens, loading=loading)


def test_every_part_of_a_stage():
    found = stage((phase(10, evaluations=0), HEAD), (phase(90), MAIN), target_tokens=10_000, loading=2.0)
    assert (found.steps, found.tokens) == (100, 200_000)
    assert found.training == pytest.approx(20_000 * 0.2e-3 + 180_000 * 1e-3)
    assert found.validation == pytest.approx(5 * 10_000 * 0.3e-3)
    assert found.checkpoints == pytest.approx(5 * 0.2)
    assert found.starting == pytest.approx(2.0 + 1.5)
    assert found.targets == pytest.approx(10_000 * 0.3e-3)
    assert found.seconds == pytest.approx(184 + 15 + 1 + 3.5 + 3)
    assert (found.measured_steps, found.measured_tokens, found.peak_memory) == (6, 9000, 900)


def test_few_steps_are_validated_no_more_often_than_there_are_steps():
    found = stage((phase(2), MAIN))
    assert found.validation == pytest.approx(3 * 10_000 * 0.3e-3)
    assert found.checkpoints == pytest.approx(3 * 0.2)


def test_sums_of_all_stages_are_in_the_file():
    stages = [stage((phase(90), MAIN)), stage((phase(10), MAIN), loading=5.0)]
    found = Forecast("s", "cpu", "0", stages, available_memory=1000)
    plain = found.as_dict()
    assert plain["seconds"] == pytest.approx(sum(each.seconds for each in stages))
    assert [each["seconds"] for each in plain["stages"]] == [each.seconds for each in stages]
    assert plain["measured_share"] == pytest.approx(16_000 / 200_000)
    assert plain["peak_memory"] == 500
