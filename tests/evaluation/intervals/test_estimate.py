from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wardspace.evaluation.intervals.bootstrap import Resamples, jackknife
from wardspace.evaluation.intervals.estimate import Estimate, narrowed, widened

METHODS = ("percentile", "bca")
NO_JACKKNIFE = np.array([])


def _ratio(above, below, axis=-1):
    return above.sum(axis=axis) / below.sum(axis=axis)


@pytest.mark.parametrize(("ours", "theirs"), [("bca", "BCa"), ("percentile", "percentile")])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_of_a_mean_equal_scipys(ours, theirs, confidence):
    sample = np.random.default_rng(1).exponential(size=40)
    found = stats.bootstrap((sample,), np.mean, method=theirs, confidence_level=confidence, n_resamples=999, rng=2)
    left_out = jackknife(40, 200, seed=1) @ sample / 39
    estimate = Estimate.of(sample.mean(), found.bootstrap_distribution, left_out, ours)
    assert estimate.method == ours
    assert estimate.interval(confidence) == pytest.approx(tuple(found.confidence_interval), abs=1e-6)


def test_bca_intervals_of_a_ratio_equal_scipys():
    rng = np.random.default_rng(3)
    below = rng.integers(1, 7, size=60).astype(float)
    above = rng.binomial(below.astype(int), rng.beta(6, 2, size=60)).astype(float)
    found = stats.bootstrap((above, below), _ratio, method="BCa", paired=True, n_resamples=2000, rng=4)
    weights = jackknife(60, 200, seed=1).astype(float)
    value = above.sum() / below.sum()
    estimate = Estimate.of(value, found.bootstrap_distribution, weights @ above / (weights @ below), "bca")
    assert estimate.interval(0.95) == pytest.approx(tuple(found.confidence_interval), abs=1e-9)
    assert estimate.error == pytest.approx(found.standard_error)


def test_pools_left_out_at_once_give_about_the_same_acceleration():
    sample = np.random.default_rng(5).exponential(size=4000)
    each, pooled = (
        Estimate.of(1.0, np.array([0.5, 1.5]), weights @ sample / weights.sum(axis=1), "bca").acceleration
        for weights in (jackknife(4000, 4000, seed=1).astype(float), jackknife(4000, 200, seed=1).astype(float))
    )
    assert each == pytest.approx(2 / 6 / np.sqrt(4000), rel=0.2)  # an exponential's skewness is 2
    assert pooled == pytest.approx(each, abs=3 * np.sqrt(6 / 200) / 6 / np.sqrt(200))


def test_missing_values_are_passed_over_and_nothing_comes_of_nothing():
    draws = np.append(np.arange(101) / 100, np.nan)
    assert Estimate.of(0.5, draws, NO_JACKKNIFE, "percentile").interval(0.9) == pytest.approx((0.05, 0.95))
    assert Estimate.of(0.5, np.full(5, np.nan), NO_JACKKNIFE, "bca") is None


def test_a_value_beyond_all_draws_falls_back_on_percentiles():
    estimate = Estimate.of(2.0, np.arange(100) / 100, np.arange(5.0), "bca")
    assert estimate.method == "percentile"
    assert (estimate.bias, estimate.acceleration) == (0, 0)


@pytest.mark.parametrize("method", METHODS)
def test_equal_models_are_not_told_apart(method):
    same = Estimate.of(0.0, np.zeros(200), np.zeros(30), method, 30)
    assert not same.moves
    assert same.interval(0.95) == (0, 0)
    assert (same.superiority, same.p()) == (0.5, 1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("patients", [None, 12])
def test_p_is_never_zero(method, patients):
    draws = np.random.default_rng(0).normal(5, 1, size=400)
    estimate = Estimate.of(5.0, draws, np.random.default_rng(1).normal(size=50), method, patients)
    assert estimate.p() >= 2 / 401
    assert estimate.superiority == 1


FINITE = st.floats(-1, 1).map(lambda value: round(value, 3))
DRAWS = st.lists(FINITE, min_size=20, max_size=60).map(np.array)


@given(DRAWS, st.lists(FINITE, min_size=5, max_size=20).map(np.array), st.sampled_from(METHODS), st.integers(2, 400))
@settings(max_examples=200, deadline=None)
def test_turned_round_it_says_the_same(draws, left_out, method, patients):
    value = float(np.median(draws))
    one, other = (Estimate.of(s * value, s * draws, s * left_out, method, patients) for s in (1, -1))
    low, high = one.interval(0.9)
    assert draws.min() <= low <= high + 1e-12 <= draws.max() + 1e-9
    assert other.interval(0.9) == pytest.approx((-high, -low), abs=1e-9)
    assert other.p() == pytest.approx(one.p(), abs=1e-9)
    assert other.superiority == pytest.approx(1 - one.superiority)
    assert 0 < one.p() <= 1


@given(st.floats(-0.1, 0.1), st.floats(0.3, 2), st.sampled_from(METHODS), st.sampled_from([None, 8, 100]))
@settings(max_examples=60, deadline=None)
def test_p_is_where_the_interval_begins_to_hold_zero(skew, shift, method, patients):
    draws = np.random.default_rng(1).normal(shift, 1, size=4000)
    left_out = np.append(np.zeros(50), 50 * skew) + np.linspace(0, 1, 51)
    estimate = Estimate.of(shift, draws, left_out, method, patients)
    p = estimate.p()
    if 0.01 < p < 0.9:
        assert estimate.interval(1 - 0.9 * p)[0] < 0
        assert estimate.interval(1 - min(1.1 * p, 0.999))[0] > 0


@pytest.mark.parametrize("patients", [6, 10, 30, 300])
@pytest.mark.parametrize("level", [0.005, 0.025, 0.1, 0.6])
def test_quantiles_are_widened_to_students(patients, level):
    expected = np.sqrt(patients / (patients - 1)) * stats.t.ppf(level, patients - 1)
    assert widened(stats.norm.ppf(level), patients) == pytest.approx(expected, rel=0.01)


@given(st.floats(-4, 4), st.integers(2, 5000))
def test_narrowing_undoes_widening(quantile, patients):
    assert narrowed(widened(quantile, patients), patients) == pytest.approx(quantile, abs=1e-6)


def _shares(patients: int, replications: int) -> tuple[np.ndarray, np.ndarray]:
    """Right answers and notes of patients who are easy or hard: both [replications, patients]."""
    rng = np.random.default_rng(patients)
    notes = rng.integers(1, 7, size=(replications, patients))
    return rng.binomial(notes, rng.beta(3, 1, size=notes.shape)).astype(float), notes.astype(float)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("patients", [12, 60])
def test_intervals_cover_the_truth_about_as_often_as_they_say(patients, method):
    """Accuracy with correlated notes of a patient; the true share is 3/4."""
    replications = 400
    right, notes = _shares(patients, replications)
    weights = np.concatenate([part for _, part in Resamples(patients, 500, seed=1).blocks(1)]).astype(float)
    without = jackknife(patients, 200, seed=1).astype(float)
    draws, left_out = (w @ right.T / (w @ notes.T) for w in (weights, without))
    covered = 0
    for i in range(replications):
        value = right[i].sum() / notes[i].sum()
        low, high = Estimate.of(value, draws[:, i], left_out[:, i], method, patients).interval(0.95)
        covered += low <= 0.75 <= high
    # between 93% and 97%, give or take three standard errors of a share of 400
    error = 3 * np.sqrt(0.95 * 0.05 / replications)
    assert 0.93 - error <= covered / replications <= 0.97 + error
