from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.training.data.plan import Plan
from wardspace.training.forecast.sample import FEWEST, WARM, short, some, spread


def plan_of(*lengths, readings=10):
    """One batch for each length, of ten readings of so many tokens."""
    rows = [(batch * readings + place, 0, 0) for batch in range(len(lengths)) for place in range(readings)]
    starts = np.arange(len(lengths) + 1, dtype=np.int64) * readings
    return Plan(np.array(rows, dtype=np.int32), starts, np.array(lengths, dtype=np.int64) * readings)


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


def test_the_longest_notes_come_first_in_a_part_of_a_pass_and_in_a_whole_one():
    plan = plan_of(20, 90, 30, 50)
    found = short(plan, pass_tokens=720)
    assert found.batch(0) == plan.batch(1)[:2]  # a quarter of a pass: two notes of 90 tokens
    assert found.batch(1) == plan.batch(1)[:8]
    assert found.tokens[:WARM].tolist() == [180, 720]
    assert short(plan, pass_tokens=10_000).batch(1) == plan.batch(1)
    assert len(short(plan, pass_tokens=1).batch(0)) == 2  # a contrast needs two


def test_then_every_batch_once_as_it_is():
    plan = plan_of(20, 90, 30, 50)
    found = short(plan, pass_tokens=720)
    known = {tuple(plan.batch(i)): int(plan.tokens[i]) for i in range(len(plan))}
    assert {tuple(found.batch(i)): int(found.tokens[i]) for i in range(WARM, len(found))} == known
    assert len(found) == WARM + len(plan)


def test_a_small_plan_is_repeated():
    plan = plan_of(20)
    found = short(plan, pass_tokens=50)
    assert [found.batch(i) for i in range(WARM, len(found))] == [plan.batch(0)] * FEWEST


def test_some_batches_have_the_tokens_asked_for():
    plan = plan_of(10, 20, 30, 40, 50, 60, 70)
    assert some(plan, 1).tokens.tolist() == [400]  # the median
    assert some(plan, 700).tokens.tolist() == [400, 200, 600]
    assert sorted(some(plan, 1e9).tokens.tolist()) == sorted(plan.tokens.tolist())
