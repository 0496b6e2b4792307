"""The stopwatch under a clock that the test turns."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from wardspace.training.forecast import stopwatch
from wardspace.training.forecast.energy import Meter
from wardspace.training.forecast.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(value=0.0)
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(perf_counter=lambda: now.value))
    return now


def train(watch, clock, *, reading, updating):
    """As the Trainer does; steps done."""
    control = SimpleNamespace(should_log=False, should_training_stop=False, should_evaluate=False, should_save=False)
    for step, tokens in enumerate(watch.tokens, 1):
        watch.on_step_begin(None, None, control)
        clock.value += reading * tokens
        watch.on_pre_optimizer_step(None, None, control)
        clock.value += updating
        control = watch.on_step_end(None, SimpleNamespace(global_step=step), control)
        if control.should_training_stop:
            break
    return step, control


def watch_of(tokens, seconds, *, finish=False, parts=False, advance=lambda step=1: None):
    tokens = np.array(tokens, dtype=np.int64)
    return Stopwatch(tokens, seconds, torch.device("cpu"), Meter([]), advance, finish=finish, parts=parts)


def test_the_first_step_never_counts_and_time_ends_it(clock):
    watch = watch_of([100] * 50, 10.0, finish=True)
    steps, control = train(watch, clock, reading=0.01, updating=0.5)
    assert steps == 1 + 7  # each takes 1.5 s
    assert watch.laps.steps == 7
    assert watch.laps.tokens == 700
    assert watch.laps.seconds == pytest.approx(10.5)
    assert watch.laps.updates == pytest.approx(3.5)
    assert (watch.moments["warm"], watch.moments["stopped"]) == (1.5, 12.0)
    assert control.should_evaluate
    assert control.should_save


def test_two_steps_count_even_if_that_passes_the_time(clock):
    watch = watch_of([100, 200, 300], 1.0)
    steps, control = train(watch, clock, reading=1.0, updating=0.0)
    assert steps == 3
    assert watch.laps.records == [(200, 200.0), (300, 300.0)]
    assert not control.should_save


def test_a_plan_of_few_quick_steps_is_read_to_its_end(clock):
    watch = watch_of([10] * 9, 1000.0)
    train(watch, clock, reading=0.1, updating=0.0)
    assert watch.laps.steps == 6  # a third warms up
    assert watch.laps.tokens == 60
    assert watch.laps.seconds == pytest.approx(6.0)


def test_quick_steps_are_timed_together(clock):
    told = []
    watch = watch_of([10] * 2000, 10.0, advance=lambda step=1: told.append(step))
    train(watch, clock, reading=0.001, updating=0.0)
    assert 15 < len(watch.laps.records) <= 21
    assert watch.laps.seconds == pytest.approx(10.0, abs=0.02)
    assert sum(told) == pytest.approx(watch.laps.seconds)
