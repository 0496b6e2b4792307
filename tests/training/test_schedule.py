from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardspace.training.schedule import evaluation_steps


@given(st.integers(1, 5000), st.integers(1, 50))
def test_evaluations_end_with_the_last_step(steps, evaluations):
    planned = evaluation_steps(steps, evaluations)
    assert max(planned) == steps
    assert min(planned) >= 1
    assert len(planned) <= evaluations
    assert len(planned) == min(steps, evaluations) or steps < 2 * evaluations


def test_none_for_zero():
    assert evaluation_steps(10, 0) == set()
