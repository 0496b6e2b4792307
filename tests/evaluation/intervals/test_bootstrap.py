from __future__ import annotations

import numpy as np

from wardspace.evaluation.intervals.bootstrap import Resamples, blocks, jackknife, pools


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


def test_the_jackknife_leaves_out_each_patient_once():
    weights = jackknife(7, 200, seed=1)
    np.testing.assert_array_equal(weights, 1 - np.eye(7))


def test_many_patients_are_left_out_in_pools_of_like_size():
    weights = jackknife(1003, 50, seed=1)
    assert weights.shape == (50, 1003)
    assert ((1 - weights).sum(axis=0) == 1).all()
    assert set((1 - weights).sum(axis=1)) == {20, 21}


def test_pools_are_drawn_by_seed_and_few_patients_stand_alone():
    np.testing.assert_array_equal(pools(50, 50, seed=1), np.arange(50))
    np.testing.assert_array_equal(pools(500, 50, seed=1), pools(500, 50, seed=1))
    assert not np.array_equal(pools(500, 50, seed=1), pools(500, 50, seed=2))


def test_blocks_of_given_weights_cover_every_row_once():
    weights = jackknife(300, 300, seed=1)
    found = list(blocks(weights, notes=2**14))
    assert len(found) > 1
    np.testing.assert_array_equal(np.concatenate([part for _, part in found]), weights)


def test_resampling_patients_widens_the_interval_when_their_notes_agree():
    rng = np.random.default_rng(2)
    right = np.repeat(rng.random(40) < 0.6, 5)  # 40 patients, five notes each, all right or all wrong
    by_patient = _weights(Resamples(40, 500, seed=1))[:, np.repeat(np.arange(40), 5)] @ right / 200
    by_note = _weights(Resamples(200, 500, seed=1)) @ right / 200
    assert by_patient.std() > 1.6 * by_note.std()
