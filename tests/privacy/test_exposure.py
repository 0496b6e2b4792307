import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardspace.config import CanaryConfig, PrivacyConfig
from wardspace.privacy.canaries import make_canaries
from wardspace.privacy.exposure import canary_figures, exposure
from wardspace.privacy.record import CHANCE_EXPOSURE


def test_the_first_has_all_bits_and_the_last_none():
    others = list(range(1023))
    assert exposure(2000, others) == 10
    assert exposure(-1, others) == 0
    assert exposure(510.5, others) == pytest.approx(math.log2(1024 / 513))


@given(st.lists(st.floats(-50, 0), min_size=1, max_size=80), st.floats(-50, 0))
def test_exposure_is_log_size_minus_log_rank(others, secret):
    better = sum(other > secret for other in others)
    bits = exposure(secret, others)
    assert 0 <= bits <= math.log2(len(others) + 1)
    if secret not in others:
        assert 2 ** (math.log2(len(others) + 1) - bits) == pytest.approx(better + 1)


def test_a_model_that_knows_nothing_cannot_tell_equal_scores():
    assert exposure(1.0, [1.0] * 1023) == pytest.approx(math.log2(1024 / 512.5))


class Rememberer:
    """Knows the secrets of some frequencies, and draws lots for all others."""

    def __init__(self, config, known):
        self.known = {canary.secret for canary in make_canaries(config) if canary.frequency in known}
        self.random = np.random.default_rng(1)

    def secret_scores(self, pieces):
        return [5.0 if secret in self.known else float(self.random.random()) for _, secret, _ in pieces]


def test_exposure_goes_by_frequency():
    config = CanaryConfig(count=40, frequencies=[1, 16], candidates=255)
    privacy = PrivacyConfig(canaries=config)
    rare, often = canary_figures(Rememberer(config, {16}), "lots", config, privacy, show_progress=False).frequencies
    assert (rare.frequency, often.frequency) == (1, 16)
    assert often.exposure.value == pytest.approx(8, abs=0.6)  # those of one sentence rank beside each other
    assert often.first == often.secrets == 40
    assert rare.exposure.low < CHANCE_EXPOSURE < rare.exposure.high
    assert rare.first < 5
