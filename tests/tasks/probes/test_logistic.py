from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from tests.fixtures.labels import made_labels, made_vectors
from wardspace.tasks.probes.logistic import STRENGTHS, fit_logistic
from wardspace.tasks.probes.scaling import Scaling
from wardspace.tasks.probes.validation import BALANCES, class_weights, macro_f1


def _data(sizes, dimension=16, distance=3.0):
    labels = made_labels(sizes)
    vectors = made_vectors(labels, dimension, distance)
    vectors = Scaling.of(vectors[labels.rows("train")]).apply(vectors)
    return [(vectors[labels.rows(s)], labels.codes[labels.rows(s)]) for s in ("train", "validation", "test")]


def _fit(train, validation, classes):
    return fit_logistic(train[0], train[1], validation[0], validation[1], classes)


@pytest.mark.parametrize("dimension", [8, 300])  # more notes than dimensions, and fewer (fitted in the notes' span)
@pytest.mark.parametrize("classes", [2, 4])
def test_the_chosen_model_is_that_of_scikit_learn(dimension, classes):
    train, validation, test = _data([60] * classes, dimension)
    found = _fit(train, validation, classes)
    plain = LogisticRegression(C=found.strength, tol=1e-8, max_iter=5000).fit(train[0].astype(float), train[1])
    np.testing.assert_allclose(found.probabilities(test[0]), plain.predict_proba(test[0]), atol=5e-3)


def test_sparse_and_dense_features_give_the_same_model():
    train, validation, test = _data([40, 40, 40], 200)
    dense = _fit(train, validation, 3)
    loose = fit_logistic(
        sparse.csr_matrix(train[0]), train[1], sparse.csr_matrix(validation[0]), validation[1], 3
    )  # fmt: skip
    np.testing.assert_allclose(dense.probabilities(test[0]), loose.probabilities(sparse.csr_matrix(test[0])), atol=1e-3)


def test_strength_goes_by_log_loss_and_balance_by_macro_f1_on_validation():
    train, validation, _ = _data([200, 60, 25], 24, 2.0)
    found = _fit(train, validation, 3)
    losses, scores = {}, {}
    for balance in BALANCES:
        weights = class_weights(train[1], 3, balance)
        for strength in STRENGTHS:
            plain = LogisticRegression(C=strength, class_weight=dict(enumerate(weights)), max_iter=5000, tol=1e-6)
            told = plain.fit(*train).predict_proba(validation[0])
            losses[balance, strength] = metrics.log_loss(validation[1], told, sample_weight=weights[validation[1]])
            scores[balance, strength] = macro_f1(validation[1], told)
    best = {balance: min(STRENGTHS, key=lambda one, b=balance: losses[b, one]) for balance in BALANCES}
    balance = max(BALANCES, key=lambda one: scores[one, best[one]])
    assert losses[found.balance, found.strength] == pytest.approx(losses[found.balance, best[found.balance]], rel=0.01)
    assert scores[found.balance, found.strength] == pytest.approx(scores[balance, best[balance]], abs=0.02)
    assert max(losses.values()) - min(losses.values()) > 0.1  # there was something to choose
    assert max(scores.values()) - min(scores.values()) > 0.1


def test_it_learns_what_can_be_learnt_and_nothing_else():
    train, validation, test = _data([100] * 3, 16, 8.0)
    assert macro_f1(test[1], _fit(train, validation, 3).probabilities(test[0])) > 0.95
    train, validation, test = _data([100] * 3, 16, 0.0)
    assert macro_f1(test[1], _fit(train, validation, 3).probabilities(test[0])) < 0.5


def test_probabilities_add_up():
    train, validation, test = _data([30, 30])
    found = _fit(train, validation, 2).probabilities(test[0])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
