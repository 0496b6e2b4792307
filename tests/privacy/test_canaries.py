from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from wardspace.config import CanaryConfig
from wardspace.privacy.canaries import PAIRS, SAFE_DRAW, TEMPLATES, candidates, make_canaries
from wardspace.training.data.holdout import draw


@given(st.integers(1, 12), st.lists(st.integers(1, 100), min_size=1, max_size=4, unique=True), st.integers(0, 99))
def test_each_frequency_has_as_many_different_secrets(count, frequencies, seed):
    made = make_canaries(CanaryConfig(count=count, frequencies=frequencies, seed=seed))
    assert Counter(canary.frequency for canary in made) == dict.fromkeys(frequencies, count)
    assert len({canary.secret for canary in made}) == len(made) == len({canary.patient for canary in made})


def test_a_secret_is_numbers_and_stands_in_its_sentence_once():
    for canary in make_canaries(CanaryConfig()):
        numbers = canary.secret.split()
        assert len(numbers) == PAIRS
        assert all(len(number) == 2 and number.isdigit() for number in numbers)
        assert canary.text.count(canary.secret) == 1


def test_no_canary_is_of_a_patient_who_may_be_held_out():
    assert all(draw(canary.patient) >= SAFE_DRAW for canary in make_canaries(CanaryConfig()))


def test_the_seed_decides():
    first, again, other = (make_canaries(CanaryConfig(seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {canary.secret for canary in first} & {canary.secret for canary in other}


def test_candidates_were_not_planted_and_differ():
    config = CanaryConfig(count=3, candidates=200)
    planted = {canary.secret for canary in make_canaries(config)}
    for template in range(len(TEMPLATES)):
        others = candidates(config, template)
        assert len(set(others)) == 200
        assert not planted & set(others)


def test_a_frequency_given_twice_is_a_mistake():
    with pytest.raises(ValidationError, match="twice"):
        CanaryConfig(frequencies=[4, 4])
