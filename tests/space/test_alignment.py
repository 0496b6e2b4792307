import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.space import alignment, search, uniformity, unit_norm


def naive_alignment(units, codes):
    pairs = [(i, j) for i, j in combinations(range(len(units)), 2) if codes[i] == codes[j]]
    return sum(math.dist(units[i], units[j]) ** 2 for i, j in pairs) / len(pairs)


def naive_uniformity(units):
    terms = [math.exp(-2 * math.dist(a, b) ** 2) for a, b in combinations(units, 2)]
    return math.log(sum(terms) / len(terms))


def test_equals_a_loop_over_pairs(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert alignment(units, codes).value == pytest.approx(naive_alignment(units, codes), rel=1e-12)
    assert uniformity(units).value == pytest.approx(naive_uniformity(units), rel=1e-12)


@given(
    st.integers(2, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, 10_000), st.integers(1, 40))),
)
@settings(max_examples=40, deadline=None)
def test_blocks_do_not_change_uniformity(case):
    n, seed, block = case
    units = unit_norm(np.random.default_rng(seed).normal(size=(n, 4)))
    assert uniformity(units, search(units, block=block)).value == pytest.approx(naive_uniformity(units), rel=1e-10)


def test_known_spaces():
    same = np.tile([1.0, 0.0], (4, 1))
    assert alignment(same, np.zeros(4, int)).value == 0.0
    assert uniformity(same).value == 0.0
    opposite = np.array([[1.0, 0.0], [-1.0, 0.0]])
    assert alignment(opposite, np.zeros(2, int)).value == pytest.approx(4.0)
    assert uniformity(opposite).value == pytest.approx(-8.0)
    # orthonormal rows: every squared distance is 2
    assert uniformity(np.eye(6)).value == pytest.approx(-4.0)


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="two notes"):
        alignment(np.eye(2), np.array([0, 1]))
    with pytest.raises(ValueError, match="two notes"):
        uniformity(np.eye(1))
