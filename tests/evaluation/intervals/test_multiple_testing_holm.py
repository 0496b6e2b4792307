from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.evaluation.intervals.multiple_testing import holm


def test_a_worked_example():
    # R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm")
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_small_families():
    assert holm([]).tolist() == []
    assert holm([0.2]).tolist() == [0.2]
    assert holm([0.9, 0.8]).tolist() == [1, 1]


def closed(values: list[float]) -> list[float]:
    """Holm as a closed test: the largest Bonferroni p of all families a comparison could be in."""
    every = range(len(values))
    subsets = [family for size in range(1, len(values) + 1) for family in combinations(every, size)]
    return [
        max(min(1.0, len(family) * min(values[j] for j in family)) for family in subsets if i in family) for i in every
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_it_is_the_closed_test_of_bonferroni(values):
    assert holm(values) == pytest.approx(closed(values))


FAMILY = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def rejected_step_by_step(p, level):
    """Holm's procedure as he wrote it: from the smallest on, until one is not under level / (those left)."""
    gone = set()
    for place in sorted(range(len(p)), key=lambda i: p[i]):
        if p[place] * (len(p) - len(gone)) > level:
            break
        gone.add(place)
    return gone


@given(FAMILY, st.sampled_from([0.01, 0.05, 0.2]))
def test_what_is_under_the_level_is_what_the_procedure_rejects(p, level):
    assert set(np.flatnonzero(holm(p) <= level)) == rejected_step_by_step(p, level)


@given(FAMILY)
def test_no_p_value_gets_smaller_or_changes_its_rank(p):
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p)
    assert (np.diff(adjusted[order]) >= 0).all()


def test_one_test_alone_stays_as_it_is():
    assert holm([0.04]) == pytest.approx([0.04])
