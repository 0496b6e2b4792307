import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import calinski_harabasz_score, silhouette_score

from wardspace.space import calinski_harabasz, davies_bouldin, silhouette, unit_norm, v_measure


def members(units, codes):
    return [units[codes == code] for code in np.unique(codes)]


def test_silhouette_equals_its_definition(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    values = []
    for i, row in enumerate(units):
        means = {
            code: np.mean([1 - row @ units[j] for j in range(len(units)) if codes[j] == code and j != i])
            for code in np.unique(codes)
        }
        inside = means.pop(codes[i])
        outside = min(means.values())
        values.append((outside - inside) / max(inside, outside))
    assert silhouette(units, codes).value == pytest.approx(np.mean(values), rel=1e-9)


def test_davies_bouldin_equals_its_definition(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    groups = members(units, codes)
    centres = [group.mean(axis=0) for group in groups]
    scatter = [
        np.mean([math.dist(row, centre) for row in group]) for group, centre in zip(groups, centres, strict=True)
    ]
    worst = [
        max((scatter[a] + scatter[b]) / math.dist(centres[a], centres[b]) for b in range(3) if b != a) for a in range(3)
    ]
    assert davies_bouldin(units, codes).value == pytest.approx(np.mean(worst), rel=1e-9)


def test_calinski_harabasz_equals_its_definition(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    groups, centre = members(units, codes), units.mean(axis=0)
    between = sum(len(g) * math.dist(g.mean(axis=0), centre) ** 2 for g in groups) / (3 - 1)
    within = sum(math.dist(row, g.mean(axis=0)) ** 2 for g in groups for row in g) / (len(units) - 3)
    assert calinski_harabasz(units, codes).value == pytest.approx(between / within, rel=1e-9)


def test_v_measure_of_clear_and_of_absent_clusters():
    draw = np.random.default_rng(0)
    codes = np.repeat(np.arange(4), 30)
    clear = unit_norm(np.eye(4, 8)[codes] + 0.02 * draw.normal(size=(120, 8)))
    assert v_measure(clear, codes, seed=1).value == pytest.approx(1.0)
    assert v_measure(clear, draw.permutation(codes), seed=1).value < 0.15


def test_v_measure_repeats_with_its_seed(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert v_measure(units, codes, seed=5).value == v_measure(units, codes, seed=5).value


@given(st.integers(0, 10_000), st.integers(2, 6), st.booleans())
@settings(max_examples=40, deadline=None)
def test_sums_give_what_scikit_learn_finds_pair_by_pair(seed, classes, zero):
    draw = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(classes), draw.integers(0, classes, 25)])
    vectors = draw.normal(size=(len(codes), 5)) + draw.normal(size=(classes, 5))[codes]
    if zero:
        vectors[0] = 0.0
    units = unit_norm(vectors)
    assert silhouette(units, codes).value == pytest.approx(silhouette_score(units, codes, metric="cosine"), abs=1e-10)
    assert calinski_harabasz(units, codes).value == pytest.approx(calinski_harabasz_score(units, codes), rel=1e-9)


def test_blocks_do_not_change_silhouettes(cloud, monkeypatch):
    units, codes = unit_norm(cloud[0]), cloud[1]
    whole = silhouette(units, codes)
    monkeypatch.setattr("wardspace.space.classes.clusters._CELLS", 20)
    blocks = silhouette(units, codes)
    assert blocks.value == pytest.approx(whole.value, rel=1e-12)
    np.testing.assert_allclose(blocks.effects, whole.effects, atol=1e-15)
