from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, average_precision_score, balanced_accuracy_score, f1_score, roc_auc_score

from wardspace.evaluation.metrics.classification import COUNTS, MULTILABEL, SINGLE_LABEL
from wardspace.evaluation.metrics.ranking import AUROC, average_precision, roc_area
from wardspace.evaluation.tally import Metric, Tally

SUMMED = {one.name: one for one in SINGLE_LABEL if isinstance(one, Metric)}


def _ones(n: int) -> np.ndarray:
    return np.ones((n, 1), dtype=np.float32)


def _tally(truth, predicted, classes, probabilities=None):
    true, said = (each[:, None] == np.arange(classes) for each in (truth, predicted))
    names = [f"{i:03d}" for i in range(len(truth))]
    parts = dict(zip(COUNTS, (true & said, said, true), strict=True))
    return Tally.of(
        parts, units=names, patients=names, labels="abcdefgh"[:classes], truth=truth, probabilities=probabilities
    )


def _sums(truth, predicted, classes, weights=None):
    tally = _tally(truth, predicted, classes)
    return tally.total() if weights is None else tally.split(weights @ tally.by_group())


def auroc(truth, probabilities, weights):
    predicted = probabilities.argmax(axis=1)
    return AUROC.value(_tally(truth, predicted, probabilities.shape[1], probabilities), weights)


labels = st.integers(2, 6).flatmap(
    lambda k: st.tuples(
        st.just(k), st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1, max_size=40)
    )
)


@settings(max_examples=150, deadline=None)
@given(labels)
def test_counted_metrics_equal_scikit_learn(case):
    classes, rows = case
    truth, predicted = (np.array(column) for column in zip(*rows, strict=True))
    counts = _sums(truth, predicted, classes)
    there = sorted(set(truth.tolist()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's warning of classes that are predicted but have no notes
        expected = {
            "macro_f1": f1_score(truth, predicted, labels=there, average="macro", zero_division=0),
            "micro_f1": f1_score(truth, predicted, average="micro"),
            "accuracy": accuracy_score(truth, predicted),
            "balanced_accuracy": balanced_accuracy_score(truth, predicted),
        }
    for name, value in expected.items():
        assert SUMMED[name].value(counts) == pytest.approx(value, abs=1e-12), name


def test_a_class_without_notes_is_left_out_and_a_class_never_found_counts_zero():
    truth = np.array([0, 0, 1, 1])
    assert SUMMED["macro_f1"].value(_sums(truth, truth, 3)) == 1
    assert SUMMED["macro_f1"].value(_sums(truth, np.zeros(4, int), 3)) == pytest.approx(1 / 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([3, 1000]))
def test_auroc_equals_scikit_learn_with_and_without_ties(seed, levels):
    rng = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(4), rng.integers(4, size=30)])
    scores = rng.integers(levels, size=(34, 4)) + 1.0
    probabilities = scores / scores.sum(axis=1, keepdims=True)
    expected = roc_auc_score(truth, probabilities, multi_class="ovr", average="macro")
    assert auroc(truth, probabilities, _ones(34))[0] == pytest.approx(expected, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([4, 1000]))
def test_weights_stand_for_repeated_notes(seed, levels):
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=25)
    probabilities = rng.integers(1, levels + 1, size=(25, 3)) / levels
    predicted = probabilities.argmax(axis=1)
    drawn = rng.integers(25, size=25)
    weights = np.bincount(drawn, minlength=25).astype(float)
    counts = _sums(truth, predicted, 3, weights[None])
    repeated = _sums(truth[drawn], predicted[drawn], 3)
    for name, metric in SUMMED.items():
        assert metric.value(counts)[0] == pytest.approx(metric.value(repeated)), name
    ours = auroc(truth, probabilities, weights[:, None].astype(np.float32))
    np.testing.assert_allclose(ours, auroc(truth[drawn], probabilities[drawn], _ones(25)), atol=1e-12)


def test_area_in_the_binary_case_equals_scikit_learn_sample_weights():
    rng = np.random.default_rng(5)
    truth = rng.random(200) < 0.8  # more positives than negatives
    score = np.round(rng.random(200) + 0.2 * truth, 1)
    weights = rng.integers(0, 4, size=(200, 3)).astype(np.float32)
    expected = [roc_auc_score(truth, score, sample_weight=weights[:, r]) for r in range(3)]
    np.testing.assert_allclose(roc_area(truth, score, weights), expected, atol=1e-12)


def test_auroc_leaves_out_a_class_without_notes():
    truth = np.array([0, 0, 1, 1])
    probabilities = np.array([[0.7, 0.1, 0.2], [0.3, 0.5, 0.2], [0.4, 0.5, 0.1], [0.1, 0.8, 0.1]])
    first = roc_auc_score(truth == 0, probabilities[:, 0])
    second = roc_auc_score(truth == 1, probabilities[:, 1])
    assert auroc(truth, probabilities, _ones(4))[0] == pytest.approx((first + second) / 2)


def test_auroc_is_undefined_with_one_class():
    assert np.isnan(auroc(np.zeros(3, int), np.full((3, 2), 0.5), _ones(3)))[0]


def test_average_precision_equals_scikit_learn_with_ties_and_weights():
    rng = np.random.default_rng(6)
    truth = rng.random(120) < 0.2
    score = np.round(rng.random(120) + 0.3 * truth, 1)
    weights = rng.integers(0, 4, size=(120, 3)).astype(np.float32)
    expected = [average_precision_score(truth, score, sample_weight=weights[:, r]) for r in range(3)]
    np.testing.assert_allclose(average_precision(truth, score, weights), expected, atol=1e-12)
    assert np.isnan(average_precision(np.zeros(120, bool), score, weights)).all()


def test_metrics_are_named_once():
    for metrics in (SINGLE_LABEL, MULTILABEL):
        assert len({one.name for one in metrics}) == len(metrics)
