from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from wardspace.objectives.losses.supcon import supervised_contrast


def naive(vectors: np.ndarray, codes: list[int], temperature: float) -> float:
    """Khosla's equation 2, term by term; notes without a value are taken out first."""
    kept = [i for i, code in enumerate(codes) if code >= 0]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    losses = []
    for i in kept:
        positives = [p for p in kept if p != i and codes[p] == codes[i]]
        if not positives:
            continue
        below = sum(math.exp(unit[i] @ unit[a] / temperature) for a in kept if a != i)
        terms = [math.log(math.exp(unit[i] @ unit[p] / temperature) / below) for p in positives]
        losses.append(-sum(terms) / len(positives))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("codes", [[0, 0, 1, 1, 1, 2], [0, 0, -1, 1, 1, -1], [3, 3, 3, 3, 3, 3]])
def test_it_equals_the_definition(codes):
    vectors = np.random.default_rng(3).normal(size=(6, 5))
    loss = supervised_contrast(torch.from_numpy(vectors), torch.tensor(codes), 0.1)
    assert loss.item() == pytest.approx(naive(vectors, codes, 0.1), abs=1e-9)


@pytest.mark.parametrize("codes", [[-1, -1, -1], [0, 1, 2], [0, -1, 1], [0, -1, -1]])
def test_a_batch_without_pairs_gives_zero_and_zero_gradient(codes):
    vectors = torch.randn(3, 4, requires_grad=True)
    loss = supervised_contrast(vectors, torch.tensor(codes), 0.1)
    loss.backward()
    assert loss.item() == 0.0
    assert torch.equal(vectors.grad, torch.zeros_like(vectors))


def test_a_note_without_a_value_changes_nothing():
    vectors = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    with_missing = supervised_contrast(vectors, torch.tensor([0, 0, 1, 1, -1]), 0.1)
    without = supervised_contrast(vectors[:4], torch.tensor([0, 0, 1, 1]), 0.1)
    assert with_missing.item() == pytest.approx(without.item(), abs=1e-6)
