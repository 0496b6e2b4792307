from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.evaluation.holm import holm


def test_a_worked_example():
    # R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_small_families():
    assert holm([]) == []
    assert holm([0.2]) == [0.2]
    assert holm([0.9, 0.8]) == [1, 1]


def closed(values: list[float]) -> list[float]:
    """Holm as a closed test: the largest Bonferroni p of all families a comparison could stand in."""
    every = range(len(values))
    subsets = [family for size in range(1, len(values) + 1) for family in combinations(every, size)]
    return [
        max(min(1.0, len(family) * min(values[j] for j in family)) for family in subsets if i in family) for i in every
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_it_is_the_closed_test_of_bonferroni(values):
    assert holm(values) == pytest.approx(closed(values))
