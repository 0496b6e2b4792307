from __future__ import annotations

import numpy as np
import pytest

from wardspace.evaluation.intervals.seed_runs import SeedRuns


def additive(rng, runs, patients, spread, weights):
    """Values that are the sum of a run's luck and of patients' means; true mean 0."""
    luck, ease = spread * rng.normal(size=(runs, 1)), rng.normal(size=patients)
    draws = luck + weights @ ease / patients
    return SeedRuns(luck[:, 0] + ease.mean(), draws, luck + (ease.sum() - ease) / (patients - 1))


def weights_of(rng, resamples, patients):
    return rng.multinomial(patients, np.full(patients, 1 / patients), size=resamples).astype(float)


def test_drawing_runs_too_adds_their_variance_to_that_of_patients():
    rng = np.random.default_rng(1)
    sample = additive(rng, runs=4, patients=50, spread=0.3, weights=weights_of(rng, 20_000, 50))
    low, high = sample.over_both(0.95, seed=1)
    expected = np.sqrt(sample.spread**2 / 4 + sample.estimate("percentile").error ** 2)
    assert (high - low) / 2 == pytest.approx(1.96 * expected, rel=0.05)


def test_the_interval_over_both_covers_the_truth_and_that_over_patients_does_not():
    rng = np.random.default_rng(2)
    weights, covered = weights_of(rng, 400, 60), np.zeros(2)
    for _ in range(300):
        sample = additive(rng, runs=10, patients=60, spread=0.5, weights=weights)
        for i, (low, high) in enumerate([sample.estimate("bca", 60).interval(0.95), sample.over_both(0.95, seed=1)]):
            covered[i] += low <= 0 <= high
    assert covered[0] / 300 < 0.85
    assert 0.93 - 3 * np.sqrt(0.95 * 0.05 / 300) <= covered[1] / 300 <= 0.97 + 3 * np.sqrt(0.95 * 0.05 / 300)


def test_what_runs_share_cancels_in_a_paired_difference():
    rng = np.random.default_rng(3)
    weights = weights_of(rng, 500, 40)
    one = additive(rng, runs=5, patients=40, spread=1.0, weights=weights)
    other = SeedRuns(one.plain - 0.1, one.draws - 0.1, one.left_out - 0.1)
    gap = one.minus(other)
    assert gap.spread == pytest.approx(0, abs=1e-12)
    assert gap.over_both(0.95, seed=1) == pytest.approx((0.1, 0.1))


def test_a_single_run_says_nothing_of_other_runs():
    rng = np.random.default_rng(4)
    mean = additive(rng, runs=3, patients=20, spread=0.2, weights=weights_of(rng, 100, 20)).mean()
    assert mean.spread is None
    assert mean.over_both(0.95, seed=1) is None


def test_an_undefined_run_is_told():
    assert not SeedRuns(np.array([np.nan]), np.ones((1, 3)), np.ones((1, 3))).defined
