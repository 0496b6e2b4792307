"""Dropout on a CPU, at the speed of the memory.

torch draws a CPU's dropout masks one number after the other from a Mersenne twister (outside Intel's library), which
takes longer than the layers that the masks are for: see docs/decisions.md for figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

_PLAIN = "attention_dropout"
"""Some families keep the attention's share as a number instead of a layer."""


@contextmanager
def dropping(module: nn.Module, p: float | None) -> Iterator[None]:
    """Let dropout drop this share of what passes through a module and all that it holds; put the old shares back.

    Parameters
    ----------
    module : Module
        What is about to train.
    p : float, optional
        The share; None leaves all as it is.
    """
    if p is None:
        yield
        return
    layers = [(part, part.p) for part in module.modules() if isinstance(part, nn.Dropout)]
    plain = [
        (part, getattr(part, _PLAIN)) for part in module.modules() if isinstance(getattr(part, _PLAIN, None), float)
    ]
    try:
        for layer, _ in layers:
            layer.p = p
        for part, _ in plain:
            setattr(part, _PLAIN, p)
        yield
    finally:
        for layer, before in layers:
            layer.p = before
        for part, share in plain:
            setattr(part, _PLAIN, share)


_LEVELS = 1 << 16
"""A mask compares 16 random bits for each element with a threshold."""
_ONE = 0x3F80
"""The bits of 1.0 in bfloat16."""


def keep_levels(p: float) -> int:
    """How many of the 65,536 equally likely draws keep an element that is dropped with probability `p`."""
    return round((1.0 - p) * _LEVELS)


def drops(p: float) -> bool:
    """Whether a mask for this probability would hold both kept and dropped elements."""
    return 0 < keep_levels(p) < _LEVELS


def keep_scale(p: float) -> float:
    """What a kept element is multiplied by, so that the expected value stays: one over the exact share kept."""
    return _LEVELS / keep_levels(p)


def keep_mask(shape: tuple[int, ...], p: float, dtype: torch.dtype = torch.bool) -> torch.Tensor:
    """Draw which elements dropout keeps.

    One number is taken from torch's own generator for each mask, and seeds a fast one (SFC64). So `torch.manual_seed`,
    the generator states in a checkpoint, and a forward that is run again from a stored state all hold.

    Parameters
    ----------
    shape : tuple of int
        Of the mask.
    p : float
        Probability of being dropped, in [0, 1); exact to 1/131072.
    dtype : torch.dtype
        What the mask will be multiplied with: bfloat16 gives ones and zeros in bfloat16, because a product with another
        type makes a copy first; any other type gives booleans.

    Returns
    -------
    Tensor of bool or bfloat16
        True (one) where an element is kept.
    """
    seed = int(torch.empty((), dtype=torch.int64).random_())
    count = math.prod(shape)
    draws = np.random.Generator(np.random.SFC64(seed)).integers(
        0, np.iinfo(np.uint64).max, -(-count // 4), dtype=np.uint64, endpoint=True
    )
    bits = torch.from_numpy(draws.view(np.int16))[:count].view(shape)
    level = keep_levels(p) - _LEVELS // 2
    if dtype == torch.bfloat16:
        return bits.lt_(level).mul_(_ONE).view(torch.bfloat16)
    return bits < level


class QuickDropout(nn.Dropout):
    """`nn.Dropout` that draws its masks with `keep_mask` while it trains on a CPU."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Drop elements with probability `p` and scale the others."""
        if not (self.training and input.device.type == "cpu" and drops(self.p)):
            return super().forward(input)
        dropped: torch.Tensor = _Dropped.apply(input, self.p)  # type: ignore[no-untyped-call]
        return dropped


class _Dropped(torch.autograd.Function):
    """Keeps the mask for the backward pass."""

    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, p: float) -> torch.Tensor:
        keep = keep_mask(tuple(values.shape), p, values.dtype)
        ctx.save_for_backward(keep)
        ctx.scale = keep_scale(p)
        return (values * keep).mul_(ctx.scale)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (keep,) = ctx.saved_tensors
        return (gradients[0] * keep).mul_(ctx.scale), None
