from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import DeclutrConfig, MlmConfig
from wardspace.objectives import build
from wardspace.training.data.plan import Planner
from wardspace.training.forecast.sample import readings_of, sample, spread

LENGTHS = [12, 90, 33, 100, 20, 61, 9, 45, 77, 15, 28, 50]


@pytest.fixture(scope="module")
def planned(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    examples = random_examples(masked, LENGTHS)
    return (
        Planner(objective, examples, seed=1, batch_tokens=120).training(range(len(examples)), 2000),
        objective,
        examples,
    )


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_every_size_is_there_once(sizes):
    assert sorted(spread(np.array(sizes)).tolist()) == list(range(len(sizes)))


def test_the_median_comes_first_and_the_quartiles_next():
    assert spread(np.arange(100.0)).tolist()[:3] == [50, 25, 75]
    assert spread(-np.arange(100.0)).tolist()[:3] == [49, 74, 24]
    assert spread(np.array([5.0])).tolist() == [0]


def test_every_beginning_lies_evenly():
    order = spread(np.arange(1000.0))
    for n in (7, 15, 31, 63):
        gaps = np.diff(np.sort(order[:n]))
        assert gaps.max() <= 1.1 * 1000 / (n + 1)


def test_a_sample_is_made_of_batches_of_the_plan(planned):
    plan, objective, examples = planned
    known = {tuple(plan.batch(i)): int(plan.tokens[i]) for i in range(len(plan))}
    few = sample(plan, objective, examples, most=5)
    assert len(few) == 5
    assert all(known[tuple(few.batch(i))] == few.tokens[i] for i in range(5))


def test_a_small_plan_is_repeated(planned):
    plan, objective, examples = planned
    first, _ = plan.cut(1)
    again = sample(first, objective, examples, most=9, fewest=3)
    assert [again.batch(i) for i in range(len(again))] == [first.batch(0)] * 3


def test_parts_of_batches_know_their_tokens(planned):
    plan, objective, examples = planned
    part = sample(plan, objective, examples, most=4, every=2)
    order = spread(plan.tokens / np.diff(plan.starts))[:4]
    for place, index in enumerate(order):
        assert part.batch(place) == plan.batch(index)[::2]
        tokens = sum(len(examples[note].ids) + 2 for note, _, _ in part.batch(place))
        assert part.tokens[place] == tokens


@pytest.mark.parametrize("tokens", [1, 100, 5000])
def test_readings_have_the_tokens_asked_for(masked, tokens):
    objective = build(DeclutrConfig(longest=32, shortest=4), masked, setting_of(masked))
    examples = random_examples(masked, LENGTHS)
    plan = Planner(objective, examples, seed=1, batch_tokens=300).training(range(len(examples)), 1500)
    readings = readings_of(plan, objective, examples, tokens)
    sizes = [objective.tokens(reading) for reading in readings]
    assert len(readings) >= 2
    assert sum(sizes) >= tokens
    assert len(readings) == 2 or sum(sizes[:-1]) < tokens
