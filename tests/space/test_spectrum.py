import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import svdvals
from scipy.stats import entropy, ortho_group

from wardspace.space import effective_rank, isoscore, unit_norm


def published_isoscore(points):
    """The steps of Rudman et al. (2022), algorithm 1."""
    n = points.shape[1]
    variances = np.sort(np.linalg.eigvalsh(np.cov(points.T)))[::-1]
    scaled = np.sqrt(n) * variances / np.linalg.norm(variances)
    defect = np.linalg.norm(scaled - 1) / np.sqrt(2 * (n - np.sqrt(n)))
    share = (n - defect**2 * (n - np.sqrt(n))) ** 2 / n**2
    return (n * share - 1) / (n - 1)


def test_equal_the_published_steps(cloud):
    units = unit_norm(cloud[0])
    assert isoscore(units).value == pytest.approx(published_isoscore(units), rel=1e-9)
    values = svdvals(units - units.mean(axis=0))
    assert effective_rank(units).value == pytest.approx(np.exp(entropy(values / values.sum())), rel=1e-9)


def test_evenly_spread_and_on_one_line():
    every_way = np.vstack([np.eye(6), -np.eye(6)])
    assert isoscore(every_way).value == pytest.approx(1.0)
    assert effective_rank(every_way).value == pytest.approx(6.0)
    line = np.array([[1.0, 0, 0], [-1.0, 0, 0], [1.0, 0, 0]])
    assert isoscore(line).value == pytest.approx(0.0)
    assert effective_rank(line).value == pytest.approx(1.0)
    # as the authors show: of d directions of which k vary alike, (k − 1) / (d − 1)
    half = np.vstack([np.eye(8)[:3], -np.eye(8)[:3]])
    assert isoscore(half).value == pytest.approx(2 / 7)


def test_notes_that_coincide_use_no_direction():
    same = np.tile([0.6, 0.8], (4, 1))
    assert isoscore(same).value == 0.0
    assert effective_rank(same).value == 0.0
    with pytest.raises(ValueError, match="two notes"):
        isoscore(np.eye(1))


@given(st.integers(0, 10_000), st.integers(2, 8))
@settings(max_examples=30, deadline=None)
def test_a_turned_space_uses_as_many_directions(seed, d):
    draw = np.random.default_rng(seed)
    units = unit_norm(draw.normal(size=(20, d)) * np.linspace(0.2, 2, d))
    turned = units @ ortho_group.rvs(d, random_state=draw)
    order = draw.permutation(20)
    for measure in (effective_rank, isoscore):
        assert measure(turned[order]).value == pytest.approx(measure(units).value, rel=1e-8)
