"""Attention in tiles equals the plain formula with the same dropout masks: values and gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from wardspace.encoders import attention
from wardspace.encoders.attention import attention_forward
from wardspace.encoders.dropout import keep_mask, keep_scale

BATCH, HEADS, TOKENS, DIMENSION = 5, 3, 7, 4
P, SCALE = 0.3, 0.4
Inputs = list[torch.Tensor]


def drawn(dtype: torch.dtype = torch.float64, seed: int = 0) -> Inputs:
    random = torch.Generator().manual_seed(seed)
    shape = (BATCH, TOKENS, HEADS, DIMENSION)
    draws = [torch.randn(shape, generator=random, dtype=torch.float64) for _ in range(3)]
    return [x.to(dtype).transpose(1, 2).requires_grad_() for x in draws]


def quick(inputs: Inputs, mask: torch.Tensor | None, p: float = P) -> torch.Tensor:
    torch.manual_seed(5)
    return attention_forward(nn.Identity(), *inputs, mask, dropout=p, scaling=SCALE, is_causal=False)[0]


def plain(inputs: Inputs, mask: torch.Tensor | None) -> torch.Tensor:
    torch.manual_seed(5)
    query, key, value = inputs
    scores = query @ key.transpose(2, 3) * SCALE
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    weights = scores.softmax(-1) * keep_mask((BATCH, HEADS, TOKENS, TOKENS), P) * keep_scale(P)
    return (weights @ value).transpose(1, 2)


def boolean() -> torch.Tensor:
    mask = torch.ones(BATCH, 1, TOKENS, TOKENS, dtype=torch.bool)
    mask[1, :, :, 4:] = False
    mask[3, :, :, 2:] = False
    return mask


def added() -> torch.Tensor:
    return torch.where(boolean(), 0.7, -50.0).double()


@pytest.mark.parametrize("tile", [1, 2 * HEADS * TOKENS * TOKENS, 1 << 20], ids=["one", "ragged", "all"])
@pytest.mark.parametrize("mask", [None, boolean(), boolean()[:1], added()], ids=["none", "bool", "shared", "float"])
def test_values_and_gradients_are_those_of_the_formula(
    monkeypatch: pytest.MonkeyPatch, tile: int, mask: torch.Tensor | None
) -> None:
    monkeypatch.setattr(attention, "_TILE", tile)
    ours, theirs = drawn(), drawn()
    weight = torch.randn(BATCH, TOKENS, HEADS, DIMENSION, dtype=torch.float64)
    found, expected = quick(ours, mask), plain(theirs, mask)
    assert torch.allclose(found, expected, atol=1e-12, rtol=0)
    for mine, other in zip(
        torch.autograd.grad((found * weight).sum(), ours),
        torch.autograd.grad((expected * weight).sum(), theirs),
        strict=True,
    ):
        assert torch.allclose(mine, other, atol=1e-12, rtol=0)


def test_numerical_gradients_agree() -> None:
    inputs = [x[:2, :2, :3].detach().requires_grad_() for x in drawn()]
    assert torch.autograd.gradcheck(lambda *given: quick(list(given), None), inputs)


def test_bfloat16_stays_near() -> None:
    found, expected = quick(drawn(torch.bfloat16), boolean()), plain(drawn(), boolean())
    assert found.dtype == torch.bfloat16
    assert (found.double() - expected).abs().max() < 0.05


def test_autocast_does_not_change_the_types_chosen() -> None:
    inputs = drawn(torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(quick(inputs, None), quick(drawn(torch.float32), None))
    assert quick(inputs, None).dtype == torch.float32


def test_a_note_that_may_read_nothing_gives_numbers() -> None:
    mask = torch.zeros(BATCH, 1, TOKENS, TOKENS, dtype=torch.bool)
    assert quick(drawn(), mask).isfinite().all()


@pytest.mark.parametrize("p", [0.0, 1e-7])
def test_without_dropout_it_is_torchs_attention(p: float) -> None:
    inputs = drawn(torch.float32)
    expected = scaled_dot_product_attention(*inputs, scale=SCALE).transpose(1, 2)
    assert torch.allclose(quick(inputs, None, p=p), expected, atol=1e-5)


def test_a_causal_layer_keeps_its_order() -> None:
    inputs = drawn(torch.float32)
    torch.manual_seed(5)
    found, _ = attention_forward(nn.Identity(), *inputs, None, dropout=0.5, scaling=SCALE, is_causal=True)
    first = torch.autograd.grad(found[:, 0].sum(), inputs[2])[0]
    assert (first[:, :, 1:] == 0).all()  # the first token reads itself alone
