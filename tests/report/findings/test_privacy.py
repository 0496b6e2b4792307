from __future__ import annotations

from tests.fixtures.results import fake_results
from wardspace.report.findings.privacy import private_lines
from wardspace.results.results import PrivateTraining


def _spent(model: str, seed: int, **changes) -> PrivateTraining:
    values = {"task": "severity", "setting": "private_head", "unit": "patient", "epsilon": 7.9, "delta": 2e-5}
    values |= {"noise": 1.04, "clip": 1.0, "units": 400, "steps": 60}
    return PrivateTraining.model_validate({**values, "model": model, "seed": seed, **changes})


def _results(*records, patients="patient_id"):
    results = fake_results()
    corpus = {**results.corpus, "roles": {**results.corpus.get("roles", {}), "patient_id": patients}}
    return results.model_copy(update={"private": list(records), "corpus": corpus})


def test_the_largest_epsilon_of_a_kind_is_told():
    (line,) = private_lines(_results(_spent("base", 0), _spent("base", 1, epsilon=7.95), _spent("mlm", 0)))
    assert "ε = 7.95" in line
    assert "all labelled notes of a patient" in line
    assert "Each of 3 alone" in line
    assert "the classes and how many patients there are count as known to everybody" in line


def test_a_card_tells_of_its_own_model_alone():
    (line,) = private_lines(_results(_spent("base", 0, epsilon=7.99), _spent("mlm", 0, epsilon=2)), "mlm")
    assert "ε = 2.00" in line
    assert "It has that guarantee" in line


def test_without_patients_it_is_the_note_that_is_hidden():
    (line,) = private_lines(_results(_spent("base", 0), patients=None))
    assert "of each labelled note" in line
    assert "400 notes" in line


def test_nothing_private_nothing_said():
    assert private_lines(fake_results()) == []
