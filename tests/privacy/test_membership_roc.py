import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from wardspace.privacy.membership import auc, tpr_at

numbers = st.lists(st.integers(-20, 20).map(lambda value: value / 4), min_size=1, max_size=60)


@given(numbers, numbers)
def test_auc_is_that_of_scikit_learn(members, others):
    truth = [1] * len(members) + [0] * len(others)
    expected = roc_auc_score(truth, [*members, *others])
    assert auc(np.array(members), np.array(others)) == pytest.approx(expected)


@given(numbers, numbers, st.sampled_from([0.01, 0.1, 0.25]))
def test_tpr_is_the_highest_of_the_curve_up_to_the_rate(members, others, rate):
    truth = [1] * len(members) + [0] * len(others)
    false, true, _ = roc_curve(truth, [*members, *others], drop_intermediate=False)
    expected = true[false <= rate + 1e-9].max()
    assert tpr_at(np.array(members), np.array(others), rate) == pytest.approx(expected)


def test_one_in_a_hundred_others_may_be_accused():
    others = np.arange(100.0)
    members = np.array([98.5, 99.5, 98.0, 97.0])
    assert tpr_at(members, others) == 0.5
