import pytest

from wardspace.study.searching.records import Part
from wardspace.study.searching.scoring import beside, overall


def part(shots, *values):
    return Part(shots=shots, value=sum(values) / len(values), values=list(values))


def test_the_score_is_the_mean_of_its_parts_and_a_seed_is_one_draw():
    score, error = overall([part(4, 0.2, 0.4), part(8, 0.4, 0.6), part(None, 0.9)])
    assert score == pytest.approx((0.3 + 0.5 + 0.9) / 3)
    assert error == pytest.approx((0.2 * 2 / 3) / 2)  # draws of 0.2 and 0.333: their standard deviation over √2


def test_without_subsets_there_is_no_standard_error():
    assert overall([part(None, 0.9)]) == (0.9, None)
    assert overall([part(4, 0.9)]) == (0.9, None)


def test_a_difference_is_paired_over_subsets():
    base, own = [part(4, 0.2, 0.6), part(None, 0.8)], [part(4, 0.3, 0.7), part(None, 0.8)]
    difference, error = beside(own, base)
    assert difference == pytest.approx(0.05)
    assert error == pytest.approx(0.0, abs=1e-12)
