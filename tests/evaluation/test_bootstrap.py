from __future__ import annotations

import numpy as np
import pytest

from wardspace.evaluation.bootstrap import Resamples, interval


def _weights(draws: Resamples, notes: int = 1) -> np.ndarray:
    return np.concatenate([weights for _, weights in draws.blocks(notes)])


def test_each_resample_draws_as_many_patients_as_there_are():
    weights = _weights(Resamples(17, 50, seed=3))
    assert weights.shape == (50, 17)
    assert (weights.sum(axis=1) == 17).all()
    assert (weights == 0).any()


def test_draws_depend_on_the_seed_alone_and_not_on_the_blocks():
    once = _weights(Resamples(30, 40, seed=3))
    np.testing.assert_array_equal(once, _weights(Resamples(30, 40, seed=3), notes=2**18))
    assert not np.array_equal(once, _weights(Resamples(30, 40, seed=4)))


def test_blocks_cover_every_resample_once():
    chosen = [np.arange(100)[part] for part, _ in Resamples(5, 100, seed=1).blocks(notes=2**16)]
    assert len(chosen) > 1
    np.testing.assert_array_equal(np.concatenate(chosen), np.arange(100))


def test_every_patient_is_drawn_equally_often():
    weights = _weights(Resamples(20, 2000, seed=9))
    # the mean of 2000 draws of variance 0.95 has a standard error of 0.022
    assert np.abs(weights.mean(axis=0) - 1).max() < 0.1


def test_interval_is_made_of_percentiles_and_passes_over_missing_values():
    values = np.append(np.arange(101) / 100, np.nan)
    assert interval(values, 0.9) == pytest.approx((0.05, 0.95))


def test_intervals_of_a_share_cover_it_about_as_often_as_they_say():
    rng = np.random.default_rng(0)
    truth, covered, rounds = 0.7, 0, 300
    weights = _weights(Resamples(100, 400, seed=1)) / 100
    for _ in range(rounds):
        low, high = interval(weights @ (rng.random(100) < truth), 0.95)
        covered += low <= truth <= high
    assert 0.90 <= covered / rounds <= 0.98


def test_resampling_patients_widens_the_interval_when_their_notes_agree():
    rng = np.random.default_rng(2)
    right = np.repeat(rng.random(40) < 0.6, 5)  # 40 patients, five notes each, all right or all wrong
    by_patient = _weights(Resamples(40, 500, seed=1))[:, np.repeat(np.arange(40), 5)] @ right / 200
    by_note = _weights(Resamples(200, 500, seed=1)) @ right / 200
    width = np.subtract(*interval(by_patient, 0.95)[::-1])
    assert width > 1.6 * np.subtract(*interval(by_note, 0.95)[::-1])
