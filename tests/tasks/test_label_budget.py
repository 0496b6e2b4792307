from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.tasks.label_budget import ordered

flags = st.integers(1, 4).flatmap(
    lambda types: st.lists(st.lists(st.booleans(), min_size=types, max_size=types), min_size=1, max_size=40)
)


@given(flags, st.integers(0, 3))
def test_every_note_comes_once_and_the_first_have_every_type(made, seed):
    has = np.array(made)
    names = [f"n{i}" for i in range(len(has))]
    order, fewest = ordered(names, has, seed)
    assert sorted(order.tolist()) == list(range(len(has)))
    known = has.any(axis=0)
    if known.any():
        assert has[order[:fewest]].any(axis=0)[known].all()
        assert not has[order[: fewest - 1]].any(axis=0)[known].all()


def test_the_beginning_keeps_to_the_shares_of_types():
    random = np.random.default_rng(0)
    has = random.random((400, 3)) < [0.5, 0.1, 0.02]
    order, _ = ordered([f"n{i}" for i in range(400)], has, 0)
    groups = np.concatenate([has, ~has.any(axis=1, keepdims=True)], axis=1)
    for size in (40, 100, 200):
        shares = groups[order[:size]].sum(axis=0) / groups.sum(axis=0)
        assert (abs(shares - size / 400) <= 0.12).all(), (size, shares)


def test_seeds_draw_other_notes_and_the_same_seed_the_same():
    has = np.random.default_rng(0).random((100, 2)) < 0.5
    names = [f"n{i}" for i in range(100)]
    drawn = [ordered(names, has, seed)[0].tolist() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
