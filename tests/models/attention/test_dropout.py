"""Dropout masks drawn fast: the right share, independent, and a function of torch's generator."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.models.attention.dropout import QuickDropout, keep_levels, keep_mask, keep_scale


@settings(max_examples=30, deadline=None)
@given(p=st.floats(0.01, 0.95), shape=st.lists(st.integers(1, 40), min_size=1, max_size=3).map(tuple))
def test_a_mask_keeps_its_share(p: float, shape: tuple[int, ...]) -> None:
    draws = torch.stack([keep_mask(shape, p) for _ in range(max(1, 20_000 // math.prod(shape)))])
    spread = math.sqrt(p * (1 - p) / draws.numel())
    assert draws.shape[1:] == shape
    assert abs(draws.double().mean().item() - (1 - p)) < 6 * spread + 1e-5


def test_scale_and_share_cancel_exactly() -> None:
    for p in (0.1, 0.3, 1 / 3, 0.77):
        assert keep_levels(p) / 65536 * keep_scale(p) == pytest.approx(1, abs=1e-15)
        assert abs(keep_levels(p) / 65536 - (1 - p)) <= 1 / 131072


def test_elements_are_independent_of_their_neighbours() -> None:
    torch.manual_seed(3)
    drawn = keep_mask((1_000_000,), 0.5).numpy().astype(np.float64) - 0.5
    for lag in (1, 2, 3, 4, 5, 8, 64):
        correlation = 4 * float(np.mean(drawn[lag:] * drawn[:-lag]))
        assert abs(correlation) < 5e-3  # five standard deviations


def test_masks_follow_from_the_state_of_torchs_generator() -> None:
    torch.manual_seed(11)
    state = torch.get_rng_state()
    first, second = keep_mask((50, 50), 0.2), keep_mask((50, 50), 0.2)
    torch.set_rng_state(state)
    assert torch.equal(keep_mask((50, 50), 0.2), first)
    assert torch.equal(keep_mask((50, 50), 0.2), second)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("p", [0.001, 0.1, 0.5, 0.9])
def test_ones_and_zeros_are_the_same_mask(p: float) -> None:
    torch.manual_seed(4)
    booleans = keep_mask((33, 7), p)
    torch.manual_seed(4)
    numbers = keep_mask((33, 7), p, torch.bfloat16)
    assert (booleans.dtype, numbers.dtype) == (torch.bool, torch.bfloat16)
    assert torch.equal(numbers, booleans.bfloat16())


def test_the_gradient_goes_through_the_same_mask() -> None:
    ones = torch.ones(40, 60, dtype=torch.float64, requires_grad=True)
    dropped = QuickDropout(0.25)(ones)
    dropped.sum().backward()
    assert ones.grad is not None
    assert torch.equal(ones.grad, dropped.detach())
    assert set(dropped.unique().tolist()) == {0.0, keep_scale(0.25)}


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_the_type_stays(dtype: torch.dtype) -> None:
    assert QuickDropout(0.1)(torch.ones(8, 8, dtype=dtype)).dtype == dtype


def test_out_of_training_or_without_a_probability_nothing_is_dropped() -> None:
    ones = torch.ones(100, 100)
    assert torch.equal(QuickDropout(0.5).eval()(ones), ones)
    assert torch.equal(QuickDropout(0.0)(ones), ones)
    assert torch.equal(QuickDropout(1.0)(ones), torch.zeros(100, 100))
