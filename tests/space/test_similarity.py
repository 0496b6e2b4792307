import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

from wardspace.space import similarities, similarity, unit_norm


def by_measure(first, second, **options):
    return {one.measure: one for one in similarities({"a": first, "b": second}, **options)}


def hsic(k, m):
    """The unbiased estimator as Song et al. (2012) write it, equation 5."""
    n = len(k)
    k, m = k - np.diag(np.diag(k)), m - np.diag(np.diag(m))
    one = np.ones(n)
    middle = (one @ k @ one) * (one @ m @ one) / ((n - 1) * (n - 2))
    return (np.trace(k @ m) + middle - 2 / (n - 2) * (one @ k @ m @ one)) / (n * (n - 3))


def test_equals_the_published_estimator(cloud):
    first = unit_norm(cloud[0])
    second = unit_norm(np.tanh(cloud[0][:, :7] + 1))
    k, m = first @ first.T, second @ second.T
    expected = hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))
    found = by_measure(first, second)
    assert found["linear_cka"].value == pytest.approx(expected, rel=1e-5)
    assert found["linear_cka"].error is None
    assert found["linear_cka"].n == len(first)

    def rbf(units):
        squared = ((units[:, None] - units[None]) ** 2).sum(axis=2)
        return np.exp(-squared / (2 * 0.16 * np.median(squared[np.triu_indices(len(units), 1)])))

    k, m = rbf(first), rbf(second)
    expected = hsic(k, m) / np.sqrt(hsic(k, k) * hsic(m, m))
    assert found["rbf_cka"].value == pytest.approx(expected, rel=1e-5)


@given(st.integers(0, 10_000), st.integers(2, 10))
@settings(max_examples=20, deadline=None)
def test_a_turned_space_is_the_same_space(seed, d):
    draw = np.random.default_rng(seed)
    first = draw.normal(size=(40, d)) + 0.5
    turned = first @ ortho_group.rvs(d, random_state=draw)
    for one in by_measure(first, turned).values():
        assert one.value == pytest.approx(1.0, abs=1e-5)


def test_unlike_spaces_have_nothing_in_common_however_many_dimensions():
    draw = np.random.default_rng(5)
    found = by_measure(draw.normal(size=(200, 500)), draw.normal(size=(200, 400)))
    assert abs(found["linear_cka"].value) < 0.05
    assert abs(found["rbf_cka"].value) < 0.05


def test_blocks_come_near_to_all_pairs(monkeypatch):
    draw = np.random.default_rng(6)
    first = draw.normal(size=(1800, 20)) * np.linspace(2, 0.1, 20)
    second = np.hstack([first[:, :8], draw.normal(size=(1800, 10))])
    exact = by_measure(first, second)
    monkeypatch.setattr(similarity, "EXACT", 1000)
    monkeypatch.setattr(similarity, "_BLOCK", 150)
    for measure, one in by_measure(first, second).items():
        assert one.error is not None
        assert 0 < one.error < 0.05
        assert one.value == pytest.approx(exact[measure].value, abs=4 * one.error)


def test_every_two_models_are_compared_and_notes_must_match(cloud):
    vectors = cloud[0]
    found = similarities({"base": vectors, "mlm": vectors[:, ::-1], "declutr": vectors[:, :5]})
    assert {(one.model, one.against) for one in found} == {("base", "mlm"), ("base", "declutr"), ("mlm", "declutr")}
    assert similarities({}) == []
    with pytest.raises(ValueError, match="different notes"):
        similarities({"a": vectors, "b": vectors[:9]})
