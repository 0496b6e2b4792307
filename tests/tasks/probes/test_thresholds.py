from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from wardspace.tasks.probes.thresholds import DEFAULT, best_threshold

NOTES = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=30)


@given(NOTES)
def test_no_other_threshold_has_a_higher_f1(notes):
    has = np.array([one for one, _ in notes])
    probabilities = np.array([level / 20 for _, level in notes])
    chosen = best_threshold(has, probabilities)
    if not has.any():
        assert chosen == DEFAULT
        return
    every = [f1_score(has, probabilities >= level, zero_division=0) for level in [*np.unique(probabilities), 2]]
    assert f1_score(has, probabilities >= chosen, zero_division=0) == pytest.approx(max(every))


def test_it_lies_between_the_notes_it_parts():
    assert best_threshold(np.array([True, True, False]), np.array([0.9, 0.4, 0.2])) == pytest.approx(0.3)
    assert best_threshold(np.array([True, True]), np.array([0.9, 0.4])) == pytest.approx(0.2)
