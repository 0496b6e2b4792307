from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tests.fixtures.labels import made_labels, made_vectors
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.probes.head import fit_head, head_probabilities
from wardspace.tasks.probes.validation import BALANCES, macro_f1


def _fit(labels, vectors, seed=0):
    train, validation = labels.rows("train"), labels.rows("validation")
    return fit_head(
        vectors[train],
        labels.codes[train],
        vectors[validation],
        labels.codes[validation],
        len(labels.classes),
        seed=seed,
    )


def test_the_head_is_the_paper_s():
    head = TwoLayerHead(np.zeros(6, np.float32), 6**0.5, 3)
    layers = {name: module for name, module in head.named_modules() if isinstance(module, nn.Linear)}
    assert {name: (m.in_features, m.out_features) for name, m in layers.items()} == {"dense": (6, 6), "out": (6, 3)}
    assert head.dropout.p == 0.1
    head.eval()
    vectors = torch.randn(4, 6)
    expected = torch.tanh(vectors @ layers["dense"].weight.T + layers["dense"].bias) @ layers["out"].weight.T
    torch.testing.assert_close(head(vectors), expected + layers["out"].bias)


def test_it_learns_what_a_linear_probe_cannot():
    labels = made_labels([300, 300])
    random = np.random.default_rng(0)
    sign = random.choice([-1.0, 1.0], size=600)
    corners = np.stack([sign, np.where(labels.codes == 1, sign, -sign)], axis=1)  # exclusive or
    noisy = corners + random.normal(0, 0.3, size=corners.shape)
    vectors = (noisy @ random.normal(size=(2, 32))).astype(np.float32)
    head, _ = _fit(labels, vectors)
    test = labels.rows("test")
    assert macro_f1(labels.codes[test], head_probabilities(head, vectors[test])) > 0.9


@pytest.mark.usefixtures("quick_head")
def test_seeds_repeat_and_differ_and_leave_the_global_generator_alone():
    labels = made_labels([60, 60, 30])
    vectors = made_vectors(labels)
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    one, balance = _fit(labels, vectors, seed=1)
    assert torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(99)
    again, _ = _fit(labels, vectors, seed=1)
    other, _ = _fit(labels, vectors, seed=2)
    assert balance in BALANCES
    np.testing.assert_array_equal(head_probabilities(one, vectors), head_probabilities(again, vectors))
    assert not np.array_equal(head_probabilities(one, vectors), head_probabilities(other, vectors))


@pytest.mark.usefixtures("quick_head")
def test_the_length_of_vectors_does_not_matter():
    labels = made_labels([60, 60])
    vectors = made_vectors(labels)
    plain, tiny = _fit(labels, vectors)[0], _fit(labels, vectors / 1024)[0]
    found, scaled = head_probabilities(plain, vectors), head_probabilities(tiny, vectors / 1024)
    np.testing.assert_allclose(found, scaled, atol=1e-3)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
