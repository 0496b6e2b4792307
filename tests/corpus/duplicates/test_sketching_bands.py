import pytest

from wardspace.corpus.duplicates.sketching import PERMUTATIONS, banding


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_bands_miss_hardly_a_pair_at_the_threshold(threshold):
    found = banding(threshold)
    assert found.bands * found.rows <= PERMUTATIONS
    assert found.chance(threshold) >= 0.995


def test_a_higher_threshold_compares_fewer_pairs():
    assert banding(0.9).chance(0.5) < banding(0.8).chance(0.5) < banding(0.6).chance(0.5)
