from __future__ import annotations

import numpy as np

from wardspace.tasks.probes.scaling import BlockScaling, Scaling


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


def test_a_layer_with_long_vectors_has_no_more_say_than_the_others():
    rng = np.random.default_rng(0)
    short, long = rng.normal(size=(200, 3)), rng.normal(5, 40, size=(200, 3))
    vectors = np.concatenate([short, long], axis=1).astype(np.float32)
    scaled = BlockScaling.of(vectors, 2).apply(vectors)
    np.testing.assert_allclose((scaled[:, :3] ** 2).sum(axis=1).mean(), 0.5, rtol=1e-5)
    np.testing.assert_allclose((scaled[:, 3:] ** 2).sum(axis=1).mean(), 0.5, rtol=1e-5)
    one = BlockScaling.of(vectors, 1).apply(vectors)
    np.testing.assert_allclose(one, Scaling.of(vectors).apply(vectors), rtol=1e-4, atol=1e-6)
