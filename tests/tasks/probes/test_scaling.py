from __future__ import annotations

import numpy as np

from wardspace.tasks.probes.scaling import Scaling


def test_vectors_get_mean_zero_and_mean_squared_length_one():
    vectors = np.random.default_rng(0).normal(3.0, 5.0, size=(200, 12)).astype(np.float32)
    scaled = Scaling.of(vectors).apply(vectors)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose((scaled**2).sum(axis=1).mean(), 1, rtol=1e-4)


def test_relative_distances_stay():
    vectors = np.random.default_rng(0).normal(size=(30, 6)).astype(np.float32) * [1, 1, 1, 10, 10, 0]
    scaled = Scaling.of(vectors.astype(np.float32)).apply(vectors.astype(np.float32))

    def distances(of):
        return np.linalg.norm(of[:, None] - of[None], axis=2)[np.triu_indices(30, 1)]

    ratio = distances(scaled) / distances(vectors)
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_equal_vectors_do_not_divide_by_zero():
    vectors = np.ones((5, 3), dtype=np.float32)
    np.testing.assert_array_equal(Scaling.of(vectors).apply(vectors), np.zeros((5, 3)))
