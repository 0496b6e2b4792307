from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.fixtures.labels import made_labels, made_vectors
from tests.fixtures.tasks import frozen_predictions
from wardspace.config import DpConfig, parse_study
from wardspace.core.errors import WardspaceError
from wardspace.models.unit_length import unit_length
from wardspace.tasks.predictions import about_runs, write_predictions
from wardspace.tasks.probes.private import _Units, fit_private

QUICK = DpConfig(epsilon=8, epochs=4, batch=32)


def _fit(vectors, codes, owners=None, *, kind="private_logistic", dp=QUICK):
    owners = np.arange(len(codes)).astype(str).astype(object) if owners is None else owners
    return fit_private(unit_length(vectors), codes, owners, int(codes.max()) + 1, kind=kind, dp=dp, seed=0)


def _clusters(notes=600, classes=3, seed=0):
    random = np.random.default_rng(seed)
    codes = random.integers(classes, size=notes).astype(np.int32)
    centres = random.normal(size=(classes, 24))
    return (centres[codes] + random.normal(0, 0.5, (notes, 24))).astype(np.float32), codes


@pytest.mark.parametrize("kind", ["private_logistic", "private_head"])
def test_it_learns_and_spends_no_more_than_was_allowed(kind):
    vectors, codes = _clusters()
    probe, spent = _fit(vectors[:500], codes[:500], kind=kind, dp=DpConfig(epsilon=8, epochs=15, batch=64))
    probabilities = probe.probabilities(unit_length(vectors[500:]))
    assert (probabilities.argmax(axis=1) == codes[500:]).mean() > 0.9
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert 7 < spent.epsilon <= 8
    assert spent.delta == pytest.approx(0.1 / 500)
    assert (spent.units, spent.steps) == (500, 15 * math.ceil(500 / 64))


def test_the_accountant_agrees_with_a_published_figure():
    """Abadi et al. (2016): q = 0.01, noise 4, 10,000 steps, δ = 1e-5 spend ε = 1.26 by the moments accountant."""
    from opacus.accountants import PRVAccountant

    accountant = PRVAccountant()
    accountant.history = [(4.0, 0.01, 10_000)]
    assert 0.9 < accountant.get_epsilon(1e-5) <= 1.26


def test_less_may_be_revealed_with_more_noise():
    vectors, codes = _clusters(200)
    noise = [_fit(vectors, codes, dp=DpConfig(epsilon=e, epochs=3, batch=50))[1].noise for e in (1, 4, 16)]
    assert noise[0] > noise[1] > noise[2]


def test_a_patient_counts_once_however_many_notes_he_has():
    vectors, codes = _clusters(120)
    owners = np.array([f"p{i // 4}" for i in range(120)], dtype=object)
    _, by_patient = _fit(vectors, codes, owners)
    _, by_note = _fit(vectors, codes, owners, dp=QUICK.model_copy(update={"unit": "note"}))
    assert (by_patient.units, by_note.units) == (30, 120)
    units = _Units(vectors, codes, owners)
    for patient in (0, 7, 29):
        drawn = {tuple(units[patient][0].tolist()) for _ in range(60)}
        own = {tuple(row) for row in vectors[owners == sorted(set(owners))[patient]].tolist()}
        assert drawn == own


def test_noise_is_nobody_s_to_draw_again():
    vectors, codes = _clusters(80)
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    one, other = (_fit(vectors, codes)[0].probabilities(unit_length(vectors)) for _ in range(2))
    assert not np.array_equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())


def test_steps_that_draw_nobody_are_taken(monkeypatch):
    vectors, codes = _clusters(40)
    dp = DpConfig(epsilon=8, epochs=5, batch=1, delta=1e-3)
    probe, spent = _fit(vectors, codes, dp=dp)  # a third of the steps draw nobody
    assert spent.steps == 200
    assert np.isfinite(probe.probabilities(unit_length(vectors))).all()


def test_one_patient_cannot_hide():
    vectors, codes = _clusters(10)
    with pytest.raises(WardspaceError, match="1 training patient cannot hide"):
        _fit(vectors, codes, np.array(["p"] * 10, dtype=object))


def test_a_delta_that_protects_nobody_is_refused():
    vectors, codes = _clusters(50)
    with pytest.raises(WardspaceError, match="told outright") as error:
        _fit(vectors, codes, dp=QUICK.model_copy(update={"delta": 0.02}))
    assert "2.0e-03" in str(error.value)


def test_without_opacus_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    vectors, codes = _clusters(10)
    with pytest.raises(WardspaceError, match="opacus") as error:
        _fit(vectors, codes)
    assert "wardspace[dp]" in str(error.value)


def test_the_table_of_predictions_carries_what_was_spent(tmp_path):
    labels = made_labels([60, 60])
    study = parse_study(
        {
            "corpus": {"columns": {"labels": ["kind"]}},
            "tasks": [
                {"name": "kind", "label": "kind", "probes": ["logistic", "private_logistic", "private_head"],
                 "seeds": 2, "dp": {"epsilon": 4, "epochs": 2}}
            ],
        }
    )  # fmt: skip
    table = frozen_predictions(made_vectors(labels), labels, study.tasks[0], model="base")
    write_predictions(table, tmp_path / "p.parquet")
    spent = [one | one["spent"] for one in about_runs(tmp_path / "p.parquet")]
    assert [(s["setting"], s["seed"]) for s in spent] == [
        ("private_logistic", 0), ("private_logistic", 1), ("private_head", 0), ("private_head", 1)
    ]  # fmt: skip
    assert all(s["epsilon"] <= 4 and s["unit"] == "patient" and s["clip"] == 1 for s in spent)
    settings = set(table["setting"].to_pylist())
    assert settings == {"logistic", "private_logistic", "private_head"}
