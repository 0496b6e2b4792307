"""Confidence that is scaled by what came true."""

from __future__ import annotations

import numpy as np
import pytest

from wardspace.tasks.confidence import FEWEST, UNSCALED, scaled_on, temperature, tempered


def test_scaled_confidence_comes_to_what_is_right_on_average():
    random = np.random.default_rng(0)
    told = random.random(400)
    right = random.random(400) < told**3
    scaled = scaled_on(told.tolist(), right.tolist())
    assert np.mean([scaled(one) for one in told]) == pytest.approx(right.mean(), abs=0.01)
    assert scaled(0.2) < scaled(0.8)


def test_few_decisions_stay_as_they_came():
    assert scaled_on([0.5] * (FEWEST - 1), [True] * (FEWEST - 1)) == UNSCALED


@pytest.mark.parametrize("right", [True, False])
def test_where_all_are_right_or_none_their_number_says_how_sure_that_is(right):
    few, many = (scaled_on([0.5] * n, [right] * n)(0.4) for n in (20, 200))
    assert few == pytest.approx(20.5 / 21 if right else 0.5 / 21)
    assert many == pytest.approx(200.5 / 201 if right else 0.5 / 201)


def test_a_temperature_makes_probabilities_mean_what_they_say():
    random = np.random.default_rng(0)
    logits = random.standard_normal((4000, 3))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    codes = (honest.cumsum(axis=1) < random.random((4000, 1))).sum(axis=1).astype(np.int32)
    boastful = np.exp(3 * logits) / np.exp(3 * logits).sum(axis=1, keepdims=True)
    degrees = temperature(codes, boastful.astype(np.float32))
    assert degrees == pytest.approx(3, rel=0.1)
    found = tempered(boastful.astype(np.float32), 3.0)
    assert np.abs(found - honest).max() < 0.02  # what was below a millionth counts as that
    assert (found.argmax(axis=1) == boastful.argmax(axis=1)).all()
    assert temperature(codes[:5], boastful[:5].astype(np.float32)) == 1.0
    assert tempered(honest.astype(np.float32), 1.0) == pytest.approx(honest, abs=1e-5)
