"""The clock, turned by the test."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from wardspace.training.forecast.clock import Clock

from wardspace.core.errors import WardspaceError
from wardspace.training.forecast import clock as module


@pytest.fixture
def now(monkeypatch):
    now = SimpleNamespace(value=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now.value))
    return now


def clock_of(tokens, seconds, *, keep_best=False, held=(100, 100), told=None):
    phase = SimpleNamespace(
        plan=SimpleNamespace(tokens=np.array(tokens)),
        objectives=[torch.nn.Linear(2, 2, bias=False)],
        device=torch.device("cpu"),
        pass_tokens=4096,
        options=SimpleNamespace(keep_best=keep_best),
    )
    memory = SimpleNamespace(before=held[0], bytes=held[1])
    return Clock(phase, seconds, memory, (told if told is not None else []).append)


def train(clock, now, pace):
    """As the Trainer does; steps done."""
    control = SimpleNamespace(should_log=False, should_training_stop=False, should_evaluate=False, should_save=False)
    for step, tokens in enumerate(clock.sizes, 1):
        clock.on_step_begin(None, None, control)
        now.value += pace * tokens
        clock.on_pre_optimizer_step(None, SimpleNamespace(global_step=step - 1), control)
        control = clock.on_step_end(None, SimpleNamespace(global_step=step), control)
        if control.should_training_stop:
            break
    return step, control


def test_the_first_two_steps_never_count_and_time_ends_it(now):
    told = []
    clock = clock_of([100] * 50, 10.0, keep_best=True, told=told)
    steps, control = train(clock, now, pace=0.015)
    assert (steps, clock.timed, clock.tokens) == (9, 7, 700)
    assert (clock.moments["begun"], clock.moments["warm"], clock.moments["stopped"]) == pytest.approx((0, 3, 13.5))
    assert sum(told) == pytest.approx(10.5)
    assert control.should_evaluate
    assert control.should_save


def test_two_steps_count_even_if_that_passes_the_time(now):
    clock = clock_of([10, 20, 100, 200, 300], 1.0)
    steps, control = train(clock, now, pace=1.0)
    assert (steps, clock.timed, clock.tokens) == (4, 2, 300)
    assert not control.should_save


def test_a_plan_of_few_quick_steps_is_read_to_its_end(now):
    clock = clock_of([10] * 9, 1000.0)
    train(clock, now, pace=0.1)
    assert (clock.timed, clock.tokens) == (7, 70)


def test_a_pass_that_will_not_fit_is_told_after_a_part_of_it(now, monkeypatch):
    monkeypatch.setattr(module, "available", lambda device: 2**30)
    clock = clock_of([10] * 9, 1.0, held=(2**29, 2**29 + 2**28))
    with pytest.raises(WardspaceError) as fault:
        train(clock, now, pace=0.1)
    assert fault.value.where == "training.pass_tokens"
