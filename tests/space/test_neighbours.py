import numpy as np
import pytest

from wardspace.space import neighbour_purity, unit_norm


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
        found = neighbour_purity(units, codes, owners, neighbours=neighbours, block=block)
        assert found == pytest.approx(naive(units, codes, owners, neighbours), rel=1e-12)


def test_a_patients_own_notes_do_not_count():
    # each patient has two equal notes with one label; among others' notes the labels alternate
    units = unit_norm(np.repeat(np.eye(4) + 0.5, 2, axis=0))
    codes = np.repeat([0, 1, 0, 1], 2)
    patients = np.repeat(["a", "b", "c", "d"], 2)
    assert neighbour_purity(units, codes, neighbours=1) == 1.0
    assert neighbour_purity(units, codes, patients, neighbours=6) == pytest.approx(1 / 3)


def test_one_patient_alone_is_refused():
    with pytest.raises(ValueError, match="another patient"):
        neighbour_purity(np.eye(3), np.zeros(3, int), np.array(["a", "a", "a"]))
