from itertools import combinations

import numpy as np
import pytest

from wardspace.space import alignment, cosine_between, cosine_within, unit_norm


def test_equals_a_loop_over_pairs(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    within = [units[i] @ units[j] for i, j in combinations(range(len(units)), 2) if codes[i] == codes[j]]
    between = [units[i] @ units[j] for i, j in combinations(range(len(units)), 2) if codes[i] != codes[j]]
    assert cosine_within(units, codes) == pytest.approx(np.mean(within), rel=1e-12)
    assert cosine_between(units, codes) == pytest.approx(np.mean(between), rel=1e-12)


def test_alignment_is_two_minus_twice_the_cosine_within(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert alignment(units, codes) == pytest.approx(2 - 2 * cosine_within(units, codes))


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="two notes"):
        cosine_within(np.eye(2), np.array([0, 1]))
    with pytest.raises(ValueError, match="two classes"):
        cosine_between(np.eye(2), np.array([0, 0]))
