import os
import subprocess
import sys

import numpy as np
import pytest

from wardspace.core.errors import StudyError
from wardspace.space import check_method, project, turned_alike, unit_norm


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


def test_umap_keeps_groups_together_and_repeats_with_its_seed():
    pytest.importorskip("umap")
    draw = np.random.default_rng(0)
    codes = np.repeat([0, 1, 2], 40)
    vectors = 3 * np.eye(3, 20)[codes] + 0.3 * draw.normal(size=(120, 20))
    vectors[5] = vectors[6]
    found = project(vectors, seed=4, method="umap")
    np.testing.assert_array_equal(found.xy, project(vectors, seed=4, method="umap").xy)
    assert np.isfinite(found.xy).all()
    nearest = np.array([np.argsort(((found.xy - row) ** 2).sum(axis=1))[1] for row in found.xy])
    assert (codes[nearest] == codes).mean() > 0.95
    assert project(vectors[:2], method="umap").xy.shape == (2, 2)


def test_umap_leaves_the_threads_as_they_were():
    pytest.importorskip("umap")
    code = (
        "import numpy as np, torch\nfrom wardspace.space import project\n"
        "project(np.random.default_rng(0).normal(size=(40, 8)), method='umap')\nassert torch.get_num_threads() == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})


def test_umap_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StudyError, match="umap-learn") as caught:
        project(np.eye(4), method="umap")
    assert "pip install 'wardspace[maps]'" in str(caught.value)
    check_method("pca")


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_maps_are_turned_alike(method):
    first = np.random.default_rng(1).normal(size=(30, 2)).astype(np.float32)
    turn = np.array([[-1.0, 0], [0, 1]]) if method == "pca" else np.array([[0.6, 0.8], [-0.8, 0.6]])
    np.testing.assert_allclose(turned_alike((first @ turn).astype(np.float32), first, method), first, atol=1e-5)
