from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from wardspace.tasks.probes.validation import BALANCES, balances, class_weights, macro_f1


@settings(max_examples=80, deadline=None)
@given(st.integers(2, 6), st.integers(1, 40), st.integers(0, 1000))
def test_macro_f1_is_scikit_learn_s(classes, notes, seed):
    random = np.random.default_rng(seed)
    codes = random.integers(classes, size=notes).astype(np.int32)
    probabilities = random.random((notes, classes)).astype(np.float32)
    expected = f1_score(
        codes, probabilities.argmax(axis=1), labels=range(classes), average="macro", zero_division=0
    )  # fmt: skip
    assert macro_f1(codes, probabilities) == pytest.approx(expected)


def test_class_weights_let_classes_count_alike_and_keep_the_loss_in_size():
    codes = np.array([0] * 8 + [1] * 2, dtype=np.int32)
    np.testing.assert_allclose(class_weights(codes, 2, 1.0), [0.625, 2.5])  # scikit-learn's "balanced"
    np.testing.assert_allclose(class_weights(codes, 2, 0.0), [1, 1])
    half = class_weights(codes, 2, 0.5)
    assert half[1] / half[0] == pytest.approx(2.0)
    assert half[codes].mean() == pytest.approx(1.0)


def test_classes_of_one_size_need_no_choice():
    assert balances(np.array([0, 1, 1, 0], dtype=np.int32), 2) == (0.0,)
    assert balances(np.array([0, 1, 1], dtype=np.int32), 2) == BALANCES
