import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from tests.fixtures.predictions import guesses
from wardspace.evaluation.trust.calibration import BOUNDS, fitted_temperature, log_probabilities, scaled


def loss(logs, truth, temperature):
    return -scaled(logs, temperature)[np.arange(len(truth)), truth].mean()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0.3, 3.0), st.floats(0.3, 4.0))
def test_it_is_the_optimum_that_scipy_finds(seed, classes, skill, sharpness):
    truth = np.random.default_rng(seed).integers(classes, size=200)
    probabilities = guesses(truth, classes, skill, seed) ** sharpness
    logs = log_probabilities(probabilities / probabilities.sum(axis=1, keepdims=True))
    found = fitted_temperature(logs, truth)
    best = minimize_scalar(
        lambda place: loss(logs, truth, np.exp(place)), bounds=np.log(BOUNDS), method="bounded", options={"xatol": 1e-9}
    )
    assert found == pytest.approx(np.exp(best.x), rel=1e-3)
    assert loss(logs, truth, found) <= best.fun + 1e-12


def test_over_confident_probabilities_are_softened_to_what_they_were():
    rng = np.random.default_rng(3)
    honest = rng.dirichlet([1, 1, 1], 6000)
    truth = np.array([rng.choice(3, p=row) for row in honest])
    sharp = honest**3 / (honest**3).sum(axis=1, keepdims=True)
    found = fitted_temperature(log_probabilities(sharp), truth)
    assert found == pytest.approx(3, rel=0.1)
    again = np.exp(scaled(log_probabilities(sharp), found))
    assert log_loss(truth, again) < log_loss(truth, sharp)
    assert log_loss(truth, again) == pytest.approx(log_loss(truth, honest), rel=0.01)


def test_where_there_is_no_error_the_end_is_taken():
    truth = np.array([0, 1, 0, 1])
    sure = np.where(np.eye(2)[truth] == 1, 0.8, 0.2)
    assert fitted_temperature(log_probabilities(sure), truth) == pytest.approx(BOUNDS[0])
    assert fitted_temperature(log_probabilities(sure), 1 - truth) == pytest.approx(BOUNDS[1])


def test_probabilities_that_say_nothing_stay():
    assert fitted_temperature(log_probabilities(np.full((10, 4), 0.25, np.float32)), np.arange(10) % 4) == 1


def test_a_probability_of_zero_costs_much_but_not_everything():
    logs = log_probabilities(np.array([[1, 0]], np.float32))
    assert np.isfinite(logs).all()
    assert np.exp(logs).sum() == pytest.approx(1)


@given(st.floats(0.05, 20))
def test_the_likeliest_class_stays(temperature):
    probabilities = guesses(np.arange(50) % 4, 4, 1.0, 0)
    logs = scaled(log_probabilities(probabilities), temperature)
    assert (logs.argmax(axis=1) == probabilities.argmax(axis=1)).all()
    assert np.exp(logs).sum(axis=1) == pytest.approx(np.ones(50))
