import numpy as np
import pytest

from wardspace.space import calinski_harabasz, permutation_test, unit_norm, variance_explained


def test_explains_the_share_of_squared_distances(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    squared = ((units[:, None] - units[None]) ** 2).sum(axis=2)
    total = squared.sum() / 2 / len(units)
    within = sum(squared[np.ix_(codes == c, codes == c)].sum() / 2 / (codes == c).sum() for c in range(3))
    found = variance_explained(units, codes)
    assert found.value == pytest.approx(1 - within / total, rel=1e-10)
    # Anderson (2001), pseudo-F by sums of squared distances
    pseudo_f = ((total - within) / 2) / (within / (len(units) - 3))
    assert calinski_harabasz(units, codes).value == pytest.approx(pseudo_f, rel=1e-9)
    assert variance_explained(np.ones((4, 2)) / np.sqrt(2), np.array([0, 0, 1, 1])).value == 0.0


def test_classes_that_stand_apart_are_no_chance(cloud):
    units, codes = unit_norm(cloud[0]), cloud[1]
    assert permutation_test(units, codes, permutations=199) == 1 / 200
    mixed = np.random.default_rng(0).permutation(codes)
    assert permutation_test(units, mixed, permutations=199) > 0.05


def patients(seed, labels):
    """Thirty patients of four notes that resemble each other, and labels that have nothing to do with them."""
    draw = np.random.default_rng(seed)
    owners = np.repeat(np.arange(30), 4)
    vectors = draw.normal(size=(30, 8))[owners] + 0.2 * draw.normal(size=(120, 8))
    codes = draw.permutation(np.arange(30) % 2)[owners] if labels == "patient" else np.tile([0, 1, 0, 1], 30)
    return unit_norm(vectors), codes, owners


def test_labels_of_patients_are_dealt_to_patients():
    """Without patients nearly every label of patients seems to separate; with them p is even between 0 and 1."""
    notes, people = [], []
    for seed in range(40):
        units, codes, owners = patients(seed, "patient")
        notes.append(permutation_test(units, codes, permutations=39, seed=seed))
        people.append(permutation_test(units, codes, owners, permutations=39, seed=seed))
    assert np.mean(np.array(notes) <= 0.05) > 0.5
    assert np.mean(np.array(people) <= 0.05) < 0.2
    assert 0.35 < np.mean(people) < 0.65


def test_labels_that_vary_within_patients_are_mixed_there():
    units, codes, owners = patients(3, "note")
    assert permutation_test(units, codes, owners, permutations=99) > 0.05
    told = units.copy()
    told[:, 0] += codes  # what sets the kinds of note apart is little beside what sets patients apart
    assert permutation_test(told, codes, owners, permutations=99) == 0.01


def test_many_classes_are_added_up_the_same(monkeypatch):
    draw = np.random.default_rng(4)
    codes = np.repeat(np.arange(6), 10)
    units = unit_norm(draw.normal(size=(60, 5)) + 0.2 * draw.normal(size=(6, 5))[codes])
    plain = permutation_test(units, codes, permutations=99)
    assert 0.01 < plain < 1
    monkeypatch.setattr("wardspace.space.classes.separation._MANY", 2)
    assert permutation_test(units, codes, permutations=99) == plain


def test_one_patient_can_swap_only_among_their_notes():
    units = np.eye(4)
    assert permutation_test(units, np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), permutations=19) == 1.0
