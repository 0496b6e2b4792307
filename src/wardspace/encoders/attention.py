"""Attention with dropout on a CPU, one cache-sized tile after the other.

torch's fused attention on CPUs knows no dropout and falls back to the plain formula, which carries several matrices of
heads x tokens x tokens in float32 through main memory. The same formula here runs over a few notes at a time, so that
everything but its results stays in the processor's cache (the idea of Dao et al., FlashAttention, NeurIPS 2022, with
tiles of whole notes, because the pieces of notes are short).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from wardspace.encoders.dropout import drops, keep_mask, keep_scale

NAME = "wardspace_cpu"
"""What transformers knows this attention by, while a model trains."""
_TILE = 1 << 20
"""Scores computed at once: 4 MiB in float32."""


def attention_forward(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention as transformers calls it; without dropout, or for any other need, torch's fused one does the work.

    Parameters
    ----------
    module : Module
        The layer that asks.
    query, key, value : Tensor, shape (batch, heads, tokens, dimension)
        The projections.
    attention_mask : Tensor, optional
        Boolean (True: may be read) or added to the scores; broadcast over (batch, heads, tokens, tokens).
    dropout : float
        Probability with which a weight is dropped.
    scaling : float, optional
        What scores are multiplied by; one over the root of the dimension if absent.
    is_causal : bool, optional
        A causal layer goes to torch's attention.
    **kwargs
        Position biases and the like also go there.

    Returns
    -------
    (Tensor of shape (batch, tokens, heads, dimension), None)
    """
    causal = is_causal if is_causal is not None else bool(getattr(module, "is_causal", False))
    special = any(kwargs.get(name) is not None for name in ("position_bias", "cache", "softcap"))
    grouped = query.shape[1] != key.shape[1]
    if not drops(dropout) or query.device.type != "cpu" or causal or special or grouped:
        kwargs |= {"dropout": dropout, "scaling": scaling, "is_causal": is_causal}
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    how = _How(attention_mask, dropout, scale)
    mixed: torch.Tensor = _Attention.apply(query, key, value, how)  # type: ignore[no-untyped-call]
    return mixed.transpose(1, 2).contiguous(), None


def register() -> None:
    """Make this attention known to transformers."""
    AttentionInterface.register(NAME, attention_forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)


class _How(NamedTuple):
    """What is no projection."""

    mask: torch.Tensor | None
    dropout: float
    scale: float


class _Attention(torch.autograd.Function):
    """softmax(q kᵀ · scale + mask), dropped out, times v."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, how: _How) -> torch.Tensor:
        mask, dropout, scale = how
        batch, heads, tokens, _ = query.shape
        shape = (batch, heads, tokens, key.shape[2])
        keep = keep_mask(shape, dropout)
        weights = torch.empty(shape, dtype=query.dtype)
        mixed = torch.empty((batch, tokens, heads, value.shape[3]), dtype=query.dtype).transpose(1, 2)
        kept = keep_scale(dropout)
        with torch.autocast("cpu", enabled=False):  # every type below is chosen
            for tile in _tiles(shape):
                scores = torch.matmul(query[tile], key[tile].transpose(2, 3))
                scores = scores.to(torch.promote_types(scores.dtype, torch.float32)).mul_(scale)
                if mask is not None:
                    _masked(scores, mask if mask.shape[0] == 1 else mask[tile])
                weights[tile] = scores.softmax(-1)
                mixed[tile] = torch.matmul(weights[tile] * keep[tile], value[tile]).mul_(kept)
        ctx.save_for_backward(query, key, value, weights, keep)
        ctx.kept, ctx.scale = kept, scale
        return mixed

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        query, key, value, weights, keep = ctx.saved_tensors
        out = gradients[0]
        d_query, d_key, d_value = (torch.empty_like(x) for x in (query, key, value))
        for tile in _tiles(weights.shape):
            used, kept = weights[tile], keep[tile]
            d_value[tile] = torch.matmul((used * kept).transpose(2, 3), out[tile]).mul_(ctx.kept)
            d_weights = torch.matmul(out[tile], value[tile].transpose(2, 3)).mul_(kept).mul_(ctx.kept)
            d_scores = torch.ops.aten._softmax_backward_data(d_weights, used, -1, used.dtype)
            d_query[tile] = torch.matmul(d_scores, key[tile]).mul_(ctx.scale)
            d_key[tile] = torch.matmul(d_scores.transpose(2, 3), query[tile]).mul_(ctx.scale)
        return d_query, d_key, d_value, None


def _tiles(shape: tuple[int, ...] | torch.Size) -> Iterator[slice]:
    """Slices of the batch whose scores fit the cache."""
    batch, heads, tokens, keys = shape
    size = max(1, _TILE // max(1, heads * tokens * keys))
    return (slice(first, first + size) for first in range(0, batch, size))


def _masked(scores: torch.Tensor, mask: torch.Tensor) -> None:
    if mask.dtype == torch.bool:
        # the least number, not minus infinity: a row that may read nothing gets even weights, not NaN
        scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    else:
        scores.add_(mask)
