import numpy as np
import pytest
from scipy.stats import skew

from wardspace.space import antihubs, hubness, neighbour_purity, search, unit_norm


def naive(units, codes, groups, neighbours):
    shares = []
    for i, row in enumerate(units):
        others = [j for j in range(len(units)) if (groups[j] != groups[i] if groups is not None else j != i)]
        nearest = sorted(others, key=lambda j: -(row @ units[j]))[:neighbours]
        if nearest:
            shares.append(np.mean([codes[j] == codes[i] for j in nearest]))
    return np.mean(shares)


@pytest.mark.parametrize("block", [7, 1000])
@pytest.mark.parametrize("neighbours", [1, 10, 500])
def test_equals_a_loop(cloud, block, neighbours):
    units, codes = unit_norm(cloud[0]), cloud[1]
    groups = np.array([f"p{i // 4}" for i in range(len(codes))])
    for owners in (None, groups):
        found = search(units, {"": codes}, groups=owners, neighbours=neighbours, block=block).retrieved[""].precision
        assert np.nanmean(found) == pytest.approx(naive(units, codes, owners, neighbours), rel=1e-12)


def test_a_patients_own_notes_do_not_count():
    # each patient has two equal notes with one label; among others' notes the labels alternate
    units = unit_norm(np.repeat(np.eye(4) + 0.5, 2, axis=0))
    codes = np.repeat([0, 1, 0, 1], 2)
    patients = np.repeat(["a", "b", "c", "d"], 2)
    assert neighbour_purity(units, codes, neighbours=1).value == 1.0
    assert neighbour_purity(units, codes, patients, neighbours=6).value == pytest.approx(1 / 3)


def test_one_patient_alone_is_refused():
    with pytest.raises(ValueError, match="another patient"):
        neighbour_purity(np.eye(3), np.zeros(3, int), np.array(["a", "a", "a"]))


def occurrences(units, k):
    counts = np.zeros(len(units), int)
    for i, row in enumerate(units):
        others = [j for j in range(len(units)) if j != i]
        counts[sorted(others, key=lambda j: -(row @ units[j]))[:k]] += 1
    return counts


def test_hubness_is_the_skewness_of_occurrences(cloud):
    units = unit_norm(cloud[0])
    counts = occurrences(units, 5)
    found = search(units, neighbours=5)
    assert hubness(found).value == pytest.approx(skew(counts), rel=1e-9)
    assert antihubs(found).value == pytest.approx((counts == 0).mean())


def test_one_hub_is_everyones_neighbour():
    # notes on a cone around the first: it is nearest to all of them
    units = unit_norm(np.vstack([np.eye(12)[0], 0.8 * np.eye(12)[0] + np.eye(12)[1:]]))
    found = search(units, neighbours=1)
    assert (found.nearest[1:, 0] == 0).all()
    assert hubness(found).value == pytest.approx(skew([11, *np.bincount(found.nearest[:1, 0], minlength=12)[1:]]))
    assert antihubs(found).value == pytest.approx(10 / 12)
    ring = unit_norm(np.column_stack([np.cos(np.arange(8) * np.pi / 4), np.sin(np.arange(8) * np.pi / 4)]))
    assert hubness(search(ring, neighbours=7)).value == 0.0


def test_hubness_of_a_sample_of_queries_hits_that_of_all():
    draw = np.random.default_rng(2)
    units = unit_norm(draw.normal(size=(3000, 60)) + 0.3)
    exact = hubness(search(units)).value
    assert exact > 1
    found = [hubness(search(units, queries=np.sort(draw.choice(3000, 600, replace=False)))) for _ in range(12)]
    values = np.array([one.value for one in found])
    assert values.mean() == pytest.approx(exact, abs=4 * values.std(ddof=1) / np.sqrt(12))
    assert np.mean([one.error for one in found]) == pytest.approx(values.std(ddof=1), rel=0.6)


def test_antihubs_cannot_be_told_from_a_sample(cloud):
    with pytest.raises(ValueError, match="every note"):
        antihubs(search(unit_norm(cloud[0]), queries=np.arange(20)))
