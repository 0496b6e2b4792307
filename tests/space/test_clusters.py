import math

import numpy as np
import pytest

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
    assert silhouette(units, codes) == pytest.approx(np.mean(values), rel=1e-9)


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
    assert davies_bouldin(units, codes) == pytest.approx(np.mean(worst), rel=1e-9)


def test_calinski_harabasz_equals_its_definition(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    groups, centre = members(units, codes), units.mean(axis=0)
    between = sum(len(g) * math.dist(g.mean(axis=0), centre) ** 2 for g in groups) / (3 - 1)
    within = sum(math.dist(row, g.mean(axis=0)) ** 2 for g in groups for row in g) / (len(units) - 3)
    assert calinski_harabasz(units, codes) == pytest.approx(between / within, rel=1e-9)


def test_v_measure_of_clear_and_of_absent_clusters():
    draw = np.random.default_rng(0)
    codes = np.repeat(np.arange(4), 30)
    clear = unit_norm(np.eye(4, 8)[codes] + 0.02 * draw.normal(size=(120, 8)))
    assert v_measure(clear, codes, seed=1) == pytest.approx(1.0)
    assert v_measure(clear, draw.permutation(codes), seed=1) < 0.15


def test_v_measure_repeats_with_its_seed(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert v_measure(units, codes, seed=5) == v_measure(units, codes, seed=5)
