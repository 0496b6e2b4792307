from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from wardspace.objectives.losses.ntxent import NTXent


def naive(first: np.ndarray, second: np.ndarray, temperature: float) -> float:
    """SimCLR's equation 1, term by term, in float64."""
    vectors = np.concatenate([first, second]).astype(np.float64)
    n = len(first)

    def similarity(i: int, k: int) -> float:
        u, v = vectors[i], vectors[k]
        return float(u @ v / (math.sqrt(u @ u) * math.sqrt(v @ v)))

    total = 0.0
    for i in range(2 * n):
        j = (i + n) % (2 * n)
        below = sum(math.exp(similarity(i, k) / temperature) for k in range(2 * n) if k != i)
        total += -math.log(math.exp(similarity(i, j) / temperature) / below)
    return total / (2 * n)


@pytest.mark.parametrize(("n", "temperature"), [(1, 0.05), (2, 0.05), (5, 0.5), (8, 1.0)])
def test_it_equals_the_definition(n, temperature):
    random = np.random.default_rng(n)
    first, second = random.normal(size=(2, n, 6))
    loss = NTXent(temperature)(torch.from_numpy(first), torch.from_numpy(second))
    assert loss.item() == pytest.approx(naive(first, second, temperature), abs=1e-10)


def test_it_does_not_run_in_bfloat16():
    vectors = torch.randn(2, 6, 8, generator=torch.Generator().manual_seed(0))
    exact = NTXent(0.05)(*vectors)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = NTXent(0.05)(*vectors)
    assert cast.dtype == torch.float32
    assert torch.equal(cast, exact)


def test_a_learned_temperature_is_a_parameter_and_a_fixed_one_is_not():
    fixed, learned = NTXent(0.2), NTXent(0.2, learned=True)
    assert list(fixed.parameters()) == []
    vectors = torch.randn(2, 4, 8)
    learned(*vectors).backward()
    assert learned.log_temperature.grad.abs() > 0
    assert fixed.temperature == 0.2
    assert learned.temperature.item() == pytest.approx(0.2)
    assert NTXent(0.001, learned=True).temperature.item() == pytest.approx(0.01)


def test_gradients_agree_with_finite_differences():
    loss = NTXent(0.3)
    vectors = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    assert torch.autograd.gradcheck(lambda pair: loss(pair[0], pair[1]), (vectors,))
