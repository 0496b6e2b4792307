import pytest

from wardspace.study.search.halving import Ladder, Pace
from wardspace.study.search.records import Trial

LADDER = Ladder(tokens=900, rungs=3, eta=3)
DONE = [Trial(number=0, rung=0, options={}, state="scored", budget=100, training_seconds=10.0, other_seconds=2.0)]
"""A tenth of a second a token, two seconds for all else."""


def test_the_climb_takes_a_third_of_the_recipes_at_three_times_the_tokens():
    assert Pace(LADDER, 1, None).climb(0, 9, DONE) == pytest.approx(3 * 32 + 1 * 92)
    assert Pace(LADDER, 2, None).climb(0, 9, DONE) == pytest.approx(2 * 32 + 1 * 92)
    assert Pace(LADDER, 1, None).climb(2, 1, DONE) == 0


def test_without_hours_there_is_always_time():
    assert Pace(LADDER, 1, None).allows(1e9, 0, 50, DONE)


def test_a_recipe_begins_only_if_the_best_can_still_be_trained_in_full():
    pace = Pace(LADDER, 1, 0.1)  # 360 s
    assert pace.allows(0.0, 0, 0, [])
    assert pace.allows(160.0, 0, 8, DONE)  # 12 s for it, 96 and 92 s above
    assert not pace.allows(161.0, 0, 8, DONE)
    assert pace.allows(359.0, 1, 0, DONE)  # higher up the time itself is what counts
    assert not pace.allows(360.0, 2, 0, DONE)


def test_time_left_is_unknown_before_the_first_trial():
    assert Pace(LADDER, 1, None).left(0, 8, 9, []) is None
    assert Pace(LADDER, 1, None).left(0, 8, 9, DONE) == pytest.approx(8 * 12 + 3 * 32 + 92)
