import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.study.search.halving import Ladder, waves

LADDER = Ladder(tokens=900, rungs=3, eta=3)


def test_budgets_rise_to_the_studys():
    assert [LADDER.budget(rung) for rung in range(3)] == [100, 300, 900]
    assert Ladder(tokens=5, rungs=3, eta=4).budget(0) == 1


def test_the_best_go_on_and_of_equals_the_first_drawn():
    scores = {0: 0.5, 1: 0.9, 2: None, 3: 0.5, 4: 0.8, 5: 0.1, 6: 0.5, 7: 0.2, 8: 0.4}
    assert LADDER.promoted(scores) == [1, 4, 0]
    assert LADDER.promoted({3: 0.1, 4: 0.2}) == [4]
    assert LADDER.promoted({3: None}) == []


@pytest.mark.parametrize(("trials", "sizes"), [(1, [1]), (2, [1, 1]), (3, [2, 1]), (24, [12, 6, 6])])
def test_half_are_drawn_before_anything_is_known(trials, sizes):
    assert [len(wave) for wave in waves(trials)] == sizes


@given(st.integers(1, 300))
def test_waves_are_all_trials_in_order(trials):
    assert [number for wave in waves(trials) for number in wave] == list(range(trials))
