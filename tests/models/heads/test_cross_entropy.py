"""Blocks of rows give the loss and the gradient of torch's cross-entropy."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from wardspace.models.heads.cross_entropy import summed_cross_entropy


def drawn(rows: int, words: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    scores = 5 * torch.randn(rows, words, dtype=torch.float64, generator=random)
    return scores.requires_grad_(), torch.randint(words, (rows,), generator=random)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 300), st.integers(1, 50), st.integers(0, 100))
def test_value_and_gradient_are_those_of_torch(rows: int, words: int, seed: int) -> None:
    scores, targets = drawn(rows, words, seed)
    found = summed_cross_entropy(scores, targets)
    expected = functional.cross_entropy(scores, targets, reduction="sum")
    assert found.dtype == torch.float64
    assert torch.allclose(found, expected, atol=1e-9, rtol=1e-12)
    mine, theirs = (torch.autograd.grad(loss, scores)[0] for loss in (found, expected))
    assert torch.allclose(mine, theirs, atol=1e-9, rtol=0)


@pytest.mark.parametrize("rows", [63, 64, 65, 200])
def test_bfloat16_is_as_near_as_its_rounding(rows: int) -> None:
    given_, targets = drawn(rows, 40)
    low = given_.detach().bfloat16().requires_grad_()
    exact = low.detach().double().requires_grad_()
    found = summed_cross_entropy(low, targets)
    expected = functional.cross_entropy(exact, targets, reduction="sum")
    assert found.dtype == torch.float32  # only the gradient is kept in the precision of the scores
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    (mine,), (theirs,) = torch.autograd.grad(found, low), torch.autograd.grad(expected, exact)
    assert mine.dtype == torch.bfloat16
    assert torch.allclose(mine.double(), theirs, atol=1e-6, rtol=2**-8)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_no_rows_are_a_loss_of_zero(dtype: torch.dtype) -> None:
    scores = torch.zeros(0, 9, dtype=dtype, requires_grad=True)
    loss = summed_cross_entropy(scores, torch.zeros(0, dtype=torch.int64))
    loss.backward()
    assert loss.item() == 0.0
    assert scores.grad is not None
    assert scores.grad.shape == (0, 9)


def test_what_comes_from_above_scales_the_gradient() -> None:
    scores, targets = drawn(130, 12)
    (plain,) = torch.autograd.grad(summed_cross_entropy(scores, targets), scores)
    (scaled,) = torch.autograd.grad(summed_cross_entropy(scores, targets) * -0.37, scores)
    assert torch.allclose(scaled, -0.37 * plain, atol=1e-15, rtol=0)


def test_it_looks_at_scores_under_autocast_in_float32() -> None:
    scores, targets = drawn(70, 12)
    single = scores.detach().float()
    expected = summed_cross_entropy(single, targets)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(summed_cross_entropy(single, targets), expected)


def test_scores_far_apart_overflow_nowhere() -> None:
    scores = torch.tensor([[1e4, -1e4, 0.0]] * 70, requires_grad=True)
    loss = summed_cross_entropy(scores, torch.ones(70, dtype=torch.int64))
    loss.backward()
    assert loss.item() == pytest.approx(70 * 2e4)
    assert scores.grad is not None
    assert torch.equal(scores.grad, torch.tensor([[1.0, -1.0, 0.0]] * 70))
