"""The arithmetic of a forecast, on planted measurements."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from wardspace.training.data.plan import Plan
from wardspace.training.forecast.energy import Operations
from wardspace.training.forecast.forecast import stage_forecast
from wardspace.training.forecast.measure import Measured, Timing
from wardspace.training.forecast.stopwatch import Laps

# 1 ms a token and half a second an update
LAPS = Laps(steps=4, updates=2.0, records=[(1000, 1.5), (1000, 1.5), (1000, 1.5), (1000, 1.5)])
MAIN = Measured(
    timing=Timing(LAPS, starting=1.0, validation=3.0, checkpoint=0.2),
    every=2,
    weights=0.1,
    peak=500,
    operations=Operations(needed=6e9, done=8e9),
    joules=60.0,
    sources=["processor (RAPL)"],
    need=None,
)
HEAD = replace(
    MAIN,
    timing=Timing(Laps(2, 0.0, [(500, 0.1), (500, 0.1)]), starting=0.5, validation=0.0, checkpoint=0.0),
    peak=900,
    operations=Operations(2e9, 2e9),
)


def phase(steps, *, head_only=False, evaluations=4):
    plan = Plan(np.zeros((0, 3), dtype=np.int32), np.zeros(steps + 1, dtype=np.int64), np.full(steps, 2000))
    return SimpleNamespace(plan=plan, head_only=head_only, evaluations=0 if head_only else evaluations)


def test_every_part_of_a_stage():
    found = stage_forecast("m", "mlm", 7, [(phase(10, head_only=True), HEAD), (phase(90), MAIN)], None)
    assert found.steps == 100
    assert found.tokens == 200_000
    assert found.times.head_warmup == pytest.approx(20_000 * 0.2e-3)
    assert found.times.training == pytest.approx(180_000 * 1e-3 + 90 * 0.5)
    assert found.times.validation == pytest.approx(5 * 3.0)
    assert found.times.checkpoints == pytest.approx(4 * 0.2 + 0.1 + 0.1)
    assert found.times.starting == pytest.approx(1.5)
    assert found.seconds == pytest.approx(found.times.total) == pytest.approx(4 + 225 + 15 + 1 + 1.5)
    assert found.tokens_per_second == pytest.approx(180_000 / 225)
    assert found.low == found.seconds == found.high  # all steps took as long
    assert found.peak_memory == 900
    assert found.part_of_batch == 0.5


def test_operations_and_utilisation():
    found = stage_forecast("m", "mlm", 7, [(phase(10, head_only=True), HEAD), (phase(90), MAIN)], 48e12)
    assert found.operations == pytest.approx(20_000 * 2e9 + 180_000 * 8e9)
    assert found.operations_per_token == 6e9
    assert found.operations_per_second == pytest.approx(800 * 8e9)
    assert found.utilisation == pytest.approx(800 * 6e9 / 48e12)  # without what is read twice


def test_energy_is_power_times_time():
    found = stage_forecast("m", "mlm", 7, [(phase(90), MAIN)], None)
    assert found.joules_per_1000_tokens == pytest.approx(15.0)
    assert found.kilowatt_hours == pytest.approx(10.0 * found.seconds / 3.6e6)
    silent = stage_forecast("m", "mlm", 7, [(phase(90), replace(MAIN, joules=None))], None)
    assert silent.kilowatt_hours is None
    assert silent.joules_per_1000_tokens is None


def test_few_steps_are_validated_no_more_often_than_there_are_steps():
    found = stage_forecast("m", "mlm", 7, [(phase(2), MAIN)], None)
    assert found.times.validation == pytest.approx(3 * 3.0)
    assert found.times.checkpoints == pytest.approx(2 * 0.2 + 0.1)


def test_two_standard_errors_to_either_side():
    uneven = replace(MAIN, timing=replace(MAIN.timing, laps=Laps(4, 0.0, [(1000, 1.0), (1000, 2.0)] * 2)))
    found = stage_forecast("m", "mlm", 7, [(phase(90), uneven)], None)
    # the mean of four times 1.5 ± 0.577: a standard error of 0.289, or 19.2% of the pace
    assert uneven.timing.laps.error == pytest.approx(np.std([1, 2, 1, 2], ddof=1) / 2 / 1.5)
    assert found.high - found.seconds == pytest.approx(2 * uneven.timing.laps.error * found.times.training)
    assert found.seconds - found.low == pytest.approx(found.high - found.seconds)
    alone = replace(MAIN, timing=replace(MAIN.timing, laps=Laps(1, 0.0, [(1000, 1.0)])))
    assert alone.timing.laps.error == 0
