from itertools import combinations

import numpy as np
import pytest

from wardspace.space import alignment, cosine_between, cosine_within, mean_cosine, unit_norm


def test_equals_a_loop_over_pairs(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    within = [units[i] @ units[j] for i, j in combinations(range(len(units)), 2) if codes[i] == codes[j]]
    between = [units[i] @ units[j] for i, j in combinations(range(len(units)), 2) if codes[i] != codes[j]]
    assert cosine_within(units, codes).value == pytest.approx(np.mean(within), rel=1e-12)
    assert cosine_between(units, codes).value == pytest.approx(np.mean(between), rel=1e-12)


def test_alignment_is_two_minus_twice_the_cosine_within(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert alignment(units, codes).value == pytest.approx(2 - 2 * cosine_within(units, codes).value)


def test_mean_cosine_is_over_all_pairs(cloud):
    units = unit_norm(cloud[0])
    pairs = [a @ b for a, b in combinations(units, 2)]
    assert mean_cosine(units).value == pytest.approx(np.mean(pairs), rel=1e-12)
    assert mean_cosine(np.tile([0.6, 0.8], (5, 1))).value == pytest.approx(1.0)
    # the corners of a simplex lie as far apart as can be
    assert mean_cosine(unit_norm(np.eye(4) - 0.25)).value == pytest.approx(-1 / 3)


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="two notes"):
        cosine_within(np.eye(2), np.array([0, 1]))
    with pytest.raises(ValueError, match="two classes"):
        cosine_between(np.eye(2), np.array([0, 0]))
