"""Attention in tiles, and over a layout, equals the plain formula with the same dropout masks: values and gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from wardspace.models.attention import attention
from wardspace.models.attention.attention import attention_forward
from wardspace.models.attention.dropout import keep_mask, keep_scale
from wardspace.models.attention.packing import Layout, layout_of

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


LENGTHS = [11, 10, 7, 7, 2, 1]
SHAPES = {"many": 0, "some": 6, "one": 10**6}
"""What a rectangle may cost; so many of them there are."""
WINDOWS = [None, 1, 3, 100]


def packed(dtype: torch.dtype = torch.float64, tokens: int = sum(LENGTHS)) -> Inputs:
    random = torch.Generator().manual_seed(1)
    draws = [torch.randn((1, tokens, HEADS, DIMENSION), generator=random, dtype=torch.float64) for _ in range(3)]
    return [x.to(dtype).transpose(1, 2).requires_grad_() for x in draws]


def over(inputs: Inputs, layout: Layout, near: int | None, p: float = P) -> torch.Tensor:
    torch.manual_seed(5)
    options = {"dropout": p, "scaling": SCALE, "is_causal": False, "layout": layout, "sliding_window": near}
    return attention_forward(nn.Identity(), *inputs, None, **options)[0]  # type: ignore[arg-type]


def one_by_one(inputs: Inputs, layout: Layout, near: int | None, p: float = P) -> torch.Tensor:
    """The formula on each sequence alone, with the masks that its rectangle draws."""
    torch.manual_seed(5)
    mixed: list[torch.Tensor] = []
    sizes = iter(zip(layout.starts.tolist(), layout.lengths.tolist(), strict=True))
    for rectangle in layout.rectangles:
        shape = (rectangle.count, HEADS, rectangle.width, rectangle.width)
        keep = keep_mask(shape, p).double() * keep_scale(p) if p else torch.ones(shape)
        for row in range(rectangle.count):
            start, size = next(sizes)
            query, key, value = (x[0, :, start : start + size] for x in inputs)
            places = torch.arange(size)
            far = (places[:, None] - places).abs() >= (near or size + 1)
            weights = (query @ key.transpose(1, 2) * SCALE).masked_fill(far, -torch.inf).softmax(-1)
            mixed.append(((weights * keep[row, :, :size, :size]) @ value).transpose(0, 1))
    return torch.cat(mixed).unsqueeze(0)


@pytest.mark.parametrize("p", [0.0, P], ids=["without", "dropout"])
@pytest.mark.parametrize("near", WINDOWS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("tile", [1, 1 << 20], ids=["one", "all"])
def test_over_a_layout_each_sequence_gets_the_formula(
    monkeypatch: pytest.MonkeyPatch, tile: int, shape: str, near: int | None, p: float
) -> None:
    monkeypatch.setattr(attention, "_TILE", tile)
    layout = layout_of(LENGTHS, SHAPES[shape])
    assert {"many": 5, "some": 3, "one": 1}[shape] == len(layout.rectangles)
    ours, theirs = packed(), packed()
    weight = torch.randn(1, sum(LENGTHS), HEADS, DIMENSION, dtype=torch.float64)
    found, expected = over(ours, layout, near, p), one_by_one(theirs, layout, near, p)
    assert torch.allclose(found, expected, atol=1e-12, rtol=0)
    for mine, other in zip(
        torch.autograd.grad((found * weight).sum(), ours),
        torch.autograd.grad((expected * weight).sum(), theirs),
        strict=True,
    ):
        assert torch.allclose(mine, other, atol=1e-12, rtol=0)


@pytest.mark.parametrize("near", [None, 2])
@pytest.mark.parametrize("p", [0.0, P])
def test_numerical_gradients_over_a_layout_agree(near: int | None, p: float) -> None:
    layout = layout_of([4, 3, 1], 10**6)
    inputs = [x.detach()[:, :2, :, :3].requires_grad_() for x in packed(tokens=8)]
    assert torch.autograd.gradcheck(lambda *given: over(list(given), layout, near, p), inputs)


@pytest.mark.parametrize("p", [0.0, P])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_padding_that_may_read_nothing_spoils_no_gradient(dtype: torch.dtype, p: float) -> None:
    # the last places of the short sequence see neither a token nor, in a narrow window, anything else
    inputs = packed(dtype, 120)
    found = over(inputs, layout_of([100, 20], 10**6), 8, p)
    assert found.isfinite().all()
    assert all(slope.isfinite().all() for slope in torch.autograd.grad(found.sum(), inputs))


@pytest.mark.parametrize("shape", SHAPES)
def test_bfloat16_over_a_layout_stays_near(shape: str) -> None:
    layout = layout_of(LENGTHS, SHAPES[shape])
    found, expected = over(packed(torch.bfloat16), layout, 4), one_by_one(packed(), layout, 4)
    assert found.dtype == torch.bfloat16
    assert (found.double() - expected).abs().max() < 0.05
