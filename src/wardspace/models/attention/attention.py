"""Attention over sequences that are read end to end, and with dropout on a CPU one cache-sized tile after the other.

torch's fused attention on CPUs knows no dropout and falls back to the plain formula, which carries several matrices of
heads x tokens x tokens in float32 through main memory. The same formula here runs over a few notes at a time, so that
everything but its results stays in the processor's cache (the idea of Dao et al., FlashAttention, NeurIPS 2022, with
tiles of whole notes, because the pieces of notes are short).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from wardspace.models.attention import flash
from wardspace.models.attention.dropout import drops, keep_mask, keep_scale
from wardspace.models.attention.packing import Layout, Rectangle, from_rectangles, to_rectangles

NAME = "wardspace"
"""What transformers knows this attention by."""
_TILE = 1 << 20
"""Scores computed at once: 4 MiB in float32."""

Projections = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Query, key, value."""


class Sight(NamedTuple):
    """Which tokens of its sequence a token reads."""

    near: int | None
    """Only those nearer than this."""
    causal: bool
    """Only those before it, and itself."""


def install(model: PreTrainedModel) -> bool:
    """Let a model compute its attention here; False, and nothing changed, for families that keep their own.

    Those have attention apart from transformers' common interface (MPNet), or were asked for another than torch's.
    """
    AttentionInterface.register(NAME, attention_forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    if model.config._attn_implementation == "sdpa" and model._can_set_attn_implementation():
        model.set_attn_implementation(NAME)
    return bool(model.config._attn_implementation == NAME)


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
    layout: Layout | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention as transformers calls it: over a layout, or over a padded batch.

    Parameters
    ----------
    module : Module
        The layer that asks.
    query, key, value : Tensor, shape (batch, heads, tokens, dimension)
        The projections; given a layout, all sequences are one row end to end.
    attention_mask : Tensor, optional
        Boolean (True: may be read) or added to the scores; broadcast over (batch, heads, tokens, tokens). A layout
        has its own masks, and this one is not looked at.
    dropout : float
        Probability with which a weight is dropped.
    scaling : float, optional
        What scores are multiplied by; one over the root of the dimension if absent.
    is_causal : bool, optional
        Whether tokens read only those before them. Without a layout a causal layer goes to torch's attention.
    layout : Layout, optional
        Where sequences begin and end.
    **kwargs
        `sliding_window`, which a layout heeds: tokens read those nearer than this. Anything else goes to torch's
        attention.

    Returns
    -------
    (Tensor of shape (batch, tokens, heads, dimension), None)
    """
    causal = is_causal if is_causal is not None else bool(getattr(module, "is_causal", False))
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    if layout is not None:
        sight = Sight(kwargs.get("sliding_window"), causal)
        return _over(layout, (query, key, value), dropout, scale, sight), None
    special = any(kwargs.get(name) is not None for name in ("position_bias", "cache", "softcap"))
    if causal or special or query.shape[1] != key.shape[1] or not (drops(dropout) and query.device.type == "cpu"):
        kwargs |= {"dropout": dropout, "scaling": scaling, "is_causal": is_causal}
        return sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
    return _attended((query, key, value), attention_mask, dropout, scale), None


def _over(layout: Layout, projections: Projections, dropout: float, scale: float, sight: Sight) -> torch.Tensor:
    """Attention within each sequence of a layout: (1, t, heads, dimension)."""
    query, key, value = (projection[0].transpose(0, 1) for projection in projections)  # (t, heads, dimension)
    if flash.usable(query):
        return flash.attended(query, key, value, layout, dropout=dropout, scale=scale, **sight._asdict()).unsqueeze(0)
    shared = query.shape[1] // key.shape[1]  # several heads of queries may share one of keys (Ainslie et al. 2023, GQA)
    rows = [to_rectangles(projection, layout) for projection in (query, key, value)]
    if shared > 1:
        rows[1:] = [row.repeat_interleave(shared, dim=1) for row in rows[1:]]
    mixed: list[torch.Tensor] = []
    for rectangle in layout.rectangles:
        shape = (rectangle.count, rectangle.width, *rows[0].shape[1:])
        parts = tuple(row[rectangle.places].view(shape).transpose(1, 2) for row in rows)
        mask = _seen(rectangle, sight, rows[0].device)
        mixed.append(_attended((parts[0], parts[1], parts[2]), mask, dropout, scale).flatten(0, 1))
    return from_rectangles(torch.cat(mixed), layout).unsqueeze(0)


def _seen(rectangle: Rectangle, sight: Sight, device: torch.device) -> torch.Tensor | None:
    """The rectangle's mask, and of its tokens only those in sight."""
    near = rectangle.width if sight.near is None else sight.near
    if near >= rectangle.width and not sight.causal:
        return rectangle.mask
    places = torch.arange(rectangle.width, device=device)
    back = places[:, None] - places[None, :]
    band = (back < near) & (back >= 0) if sight.causal else back.abs() < near
    return band if rectangle.mask is None else band & rectangle.mask


def _attended(projections: Projections, mask: torch.Tensor | None, dropout: float, scale: float) -> torch.Tensor:
    """Attention over one padded batch: (batch, tokens, heads, dimension)."""
    query, key, value = projections
    if drops(dropout) and query.device.type == "cpu":
        mixed: torch.Tensor = _Attention.apply(query, key, value, _How(mask, dropout, scale))  # type: ignore[no-untyped-call]
    else:
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=dropout, scale=scale
        )
    return mixed.transpose(1, 2).contiguous()


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
        keep = keep_mask(shape, dropout, query.dtype)
        weights = torch.empty(shape, dtype=query.dtype)
        mixed = torch.empty((batch, tokens, heads, value.shape[3]), dtype=query.dtype).transpose(1, 2)
        kept = keep_scale(dropout)
        with torch.autocast("cpu", enabled=False):  # every type below is chosen
            for tile in _tiles(shape):
                scores = torch.matmul(query[tile] * scale, key[tile].transpose(2, 3))
                if mask is not None:
                    _masked(scores, mask[tile] if mask.dim() == 4 and mask.shape[0] > 1 else mask)
                used = torch.softmax(scores, -1, out=weights[tile])
                mixed[tile] = torch.matmul(used * keep[tile], value[tile]).mul_(kept)
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
        # the least number, not minus infinity: a row that may read nothing gets even weights, not NaN; and a sum,
        # because it costs half of a choice
        mask = torch.zeros_like(mask, dtype=scores.dtype).masked_fill_(~mask, torch.finfo(scores.dtype).min)
    scores.add_(mask)
