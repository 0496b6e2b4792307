import numpy as np
import pytest

from wardspace.space import project, unit_norm


def test_equals_the_singular_vectors(cloud):
    units = unit_norm(cloud[0])
    centred = units - units.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    found = project(cloud[0])
    np.testing.assert_allclose(np.abs(found.xy), np.abs(left[:, :2] * values[:2]), atol=1e-6)
    np.testing.assert_allclose(found.explained, values[:2] ** 2 / (values**2).sum(), rtol=1e-9)
    assert found.xy.dtype == np.float32


def test_signs_are_fixed(cloud):
    """The largest loading of each axis is positive, whatever the order of the notes."""
    xy, _ = project(cloud[0], 1)
    backwards = project(cloud[0][::-1], 1).xy[::-1]
    np.testing.assert_allclose(xy, backwards, atol=1e-5)
    centred = unit_norm(cloud[0])
    centred = centred - centred.mean(axis=0)
    for axis in range(2):
        loadings = centred.T @ xy[:, axis]
        assert loadings[np.abs(loadings).argmax()] > 0


def test_large_inputs_repeat_with_their_seed():
    vectors = np.random.default_rng(0).normal(size=(1500, 600)).astype(np.float32)
    np.testing.assert_array_equal(project(vectors, 3).xy, project(vectors, 3).xy)


def test_flat_spaces_are_drawn():
    flat = project(np.ones((5, 3)))
    np.testing.assert_allclose(flat.xy, 0, atol=1e-6)
    line = project(np.array([[1.0], [-1.0], [2.0]]))
    assert line.xy.shape == (3, 2)
    assert line.explained == (1.0, 0.0)
    with pytest.raises(ValueError, match="two notes"):
        project(np.ones((1, 3)))
