import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.evaluation.holm import holm

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
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert len(holm([])) == 0
