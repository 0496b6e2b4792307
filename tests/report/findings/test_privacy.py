from __future__ import annotations

from tests.fixtures.results import fake_results
from wardspace.report.findings.privacy import private_lines
from wardspace.report.wording.measures import private_probe
from wardspace.results import PrivateTraining


def _spent(model: str, seed: int, **changes) -> PrivateTraining:
    values = {"task": "severity", "setting": "private_head", "unit": "patient", "epsilon": 7.9, "delta": 2e-5}
    values |= {"noise": 1.04, "clip": 1.0, "units": 400, "steps": 60}
    return PrivateTraining.model_validate({**values, "model": model, "seed": seed, **changes})


def _results(*records, patients="patient_id"):
    results = fake_results()
    corpus = {**results.corpus, "roles": {**results.corpus.get("roles", {}), "patient_id": patients}}
    return results.model_copy(update={"private": list(records), "corpus": corpus})


def guarantee(epsilon, unit="patient"):
    return f"ε = {epsilon:.2f}, δ = 2.0e-05 (400 {unit}s, 60 steps, noise 1.04, gradients clipped at 1)"


WHERE = "severity, two-layer head with differential privacy"


def test_the_largest_epsilon_of_a_kind_is_given():
    found = private_lines(_results(_spent("base", 0), _spent("base", 1, epsilon=7.95), _spent("mlm", 0)))
    assert found == [private_probe(WHERE, "patient", guarantee(7.95), 3)]


def test_a_card_gives_its_own_model_only():
    found = private_lines(_results(_spent("base", 0, epsilon=7.99), _spent("mlm", 0, epsilon=2)), "mlm")
    assert found == [private_probe(WHERE, "patient", guarantee(2), 1)]


def test_without_patients_the_note_is_protected():
    found = private_lines(_results(_spent("base", 0), patients=None))
    assert found == [private_probe(WHERE, "note", guarantee(7.9, "note"), 1)]


def test_nothing_private_nothing_said():
    assert private_lines(fake_results()) == []
