from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.core.errors import WardspaceError
from wardspace.training.data.holdout import hold_out
from wardspace.training.data.tokens import Names


def everything(n):
    return np.ones(n, dtype=bool)


@given(st.integers(20, 300), st.integers(1, 5), st.floats(0.02, 0.4), st.integers(2, 40))
def test_patients_are_whole_on_one_side(notes, per_patient, share, most):
    patients = [f"p{i // per_patient}" for i in range(notes)]
    trainable = np.arange(notes) % 7 != 0
    held = hold_out(patients, trainable, [everything(notes)], share=share, most=most)
    barred = {patients[i] for i in np.flatnonzero(held.barred)}
    assert not barred & {patients[i] for i in np.flatnonzero(~held.barred)}
    assert trainable[held.validating].all()
    assert held.barred[held.validating].all()
    assert len(held.validating) >= 2
    assert len(held.validating) <= max(most, 2 * per_patient)
    assert (trainable & ~held.barred).any()


def test_about_the_share_is_held_out_and_added_notes_move_nobody():
    patients = [f"p{i}" for i in range(5000)]
    held = hold_out(patients, everything(5000), [everything(5000)], share=0.03, most=10_000)
    assert abs(held.barred.mean() - 0.03) < 0.01
    fewer = hold_out(patients[:3000], everything(3000), [everything(3000)], share=0.03, most=10_000)
    assert (held.barred[:3000] == fewer.barred).all()


def test_an_objective_that_can_use_few_notes_gets_two_of_them():
    patients = [f"p{i}" for i in range(400)]
    rare = np.zeros(400, dtype=bool)
    rare[[7, 150, 260, 399]] = True
    held = hold_out(patients, everything(400), [everything(400), rare], share=0.03, most=256)
    assert rare[held.validating].sum() >= 2
    assert (rare & ~held.barred).any()
    assert held.barred.sum() < 40


def test_names_in_arrow_and_in_a_list_give_the_same():
    patients = [f"p{i // 2}" for i in range(500)]
    one, other = (
        hold_out(given, everything(500), [everything(500)], share=0.1, most=40)
        for given in (patients, Names(pa.array(patients)))
    )
    assert one.validating.tolist() == other.validating.tolist()
    assert (one.barred == other.barred).all()


def test_one_patient_alone_cannot_be_trained_and_validated_on():
    with pytest.raises(WardspaceError, match="too few patients"):
        hold_out(["p"] * 9, everything(9), [everything(9)], share=0.03, most=256)
