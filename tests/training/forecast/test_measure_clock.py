"""The clock, turned by the test."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from wardspace.training.forecast import measure as module
from wardspace.training.forecast.measure import Clock


@pytest.fixture
def now(monkeypatch):
    now = SimpleNamespace(value=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now.value))
    return now


def clock_of(tokens, seconds):
    phase = SimpleNamespace(plan=np.array(tokens), device=torch.device("cpu"))
    seen = []
    return Clock(phase, seconds, SimpleNamespace(check_fits=seen.append)), seen


def train(clock, now, pace):
    """As the Trainer does; steps done."""
    control = SimpleNamespace(should_log=False, should_training_stop=False, should_evaluate=False, should_save=False)
    for step, tokens in enumerate(clock.phase.plan, 1):
        before = SimpleNamespace(global_step=step - 1)
        clock.on_step_begin(None, before, control)
        now.value += pace * tokens
        clock.on_pre_optimizer_step(None, before, control)
        control = clock.on_step_end(None, SimpleNamespace(global_step=step), control)
        if control.should_training_stop:
            break
    return step


def test_the_first_two_steps_never_count_and_time_ends_it(now):
    now.value = 5.0
    clock, seen = clock_of([100] * 50, 10.0)
    assert train(clock, now, pace=0.015) == 9
    assert clock.timed == 7
    assert (clock.begun, clock.warm, clock.stopped) == pytest.approx((5, 8, 18.5))
    assert seen == [clock.phase]  # memory is looked at once, after the first gradient


def test_two_steps_count_even_if_that_passes_the_time(now):
    clock, _ = clock_of([10, 20, 100, 200, 300], 1.0)
    assert (train(clock, now, pace=1.0), clock.timed) == (4, 2)


def test_a_plan_of_few_quick_steps_is_read_to_its_end(now):
    clock, _ = clock_of([10] * 9, 1000.0)
    assert (train(clock, now, pace=0.1), clock.timed) == (9, 7)
