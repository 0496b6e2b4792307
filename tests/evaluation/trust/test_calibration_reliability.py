import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from tests.fixtures.predictions import guesses
from wardspace.evaluation.trust.calibration import (
    bin_count,
    binned,
    calibration_error,
    curve_columns,
    gap_columns,
)
from wardspace.evaluation.trust.decisions import Answers, Decisions


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(40, 400), st.booleans())
def test_the_curve_is_that_of_scikit_learn(seed, n, coarse):
    rng = np.random.default_rng(seed)
    confidence = rng.beta(5, 2, n)
    confidence = confidence.round(1) if coarse else confidence  # many equal ones
    found = Answers(confidence, rng.random(n) < confidence)
    bins = bin_count(n)
    counts, sure, right = curve_columns(found, bins).sum(axis=0).reshape(3, bins)
    filled = counts > 0
    accuracy, mean = calibration_curve(found.right, confidence, n_bins=bins, strategy="quantile")
    assert right[filled] / counts[filled] == pytest.approx(accuracy)
    assert sure[filled] / counts[filled] == pytest.approx(mean)
    assert counts.sum() == n
    error = calibration_error(gap_columns(found, bins).sum(axis=0, keepdims=True), np.array([float(n)]))
    weights = np.bincount(binned(confidence, bins), minlength=bins)[filled] / n
    assert error[0] == pytest.approx(np.sum(weights * np.abs(accuracy - mean)))


def test_bins_hold_equal_numbers_and_equal_confidences_stay_together():
    assert np.bincount(binned(np.random.default_rng(0).random(200), 10)).tolist() == [20] * 10
    assert len(set(binned(np.array([0.5] * 30 + [0.9] * 10), 4)[:30])) == 1


@pytest.mark.parametrize(("notes", "bins"), [(0, 1), (19, 1), (60, 3), (199, 9), (5000, 10)])
def test_few_notes_have_few_bins(notes, bins):
    assert bin_count(notes) == bins


def test_answers_are_the_likeliest_class():
    truth = np.arange(30) % 3
    probabilities = guesses(truth, 3, 1.0, 0)
    found = Decisions.likeliest(probabilities, truth, truth).answers
    assert found.confidence.tolist() == probabilities.max(axis=1).tolist()
    assert found.right.tolist() == (probabilities.argmax(axis=1) == truth).tolist()
