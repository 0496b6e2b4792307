"""FlashAttention over sequences that lie end to end, on GPUs whose owner has installed it; it is never required."""

from __future__ import annotations

import importlib
from functools import cache

import torch
from torch.nn import functional
from transformers.utils.import_utils import is_flash_attn_2_available

from wardspace.models.attention.packing import Layout

_HALF = (torch.float16, torch.bfloat16)


def usable(query: torch.Tensor) -> bool:
    """Whether these projections can go to the package `flash-attn`: on a GPU, in half precision, and it is there."""
    return query.device.type == "cuda" and query.dtype in _HALF and _installed()


def attended(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    layout: Layout,
    *,
    dropout: float,
    scale: float,
    near: int | None,
    causal: bool,
) -> torch.Tensor:
    """Attention within each sequence, without rectangles and so without any padding.

    Parameters
    ----------
    query, key, value : Tensor, shape (tokens, heads, dimension)
        The projections.
    layout : Layout
        Where sequences begin and end.
    dropout, scale : float
        Probability of dropping a weight; what scores are multiplied by.
    near : int, optional
        Tokens read those nearer than this.
    causal : bool
        Whether they read only those before them.

    Returns
    -------
    Tensor, shape (tokens, heads, dimension)

    References
    ----------
    Dao 2024, FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning.
    """
    bounds = functional.pad(layout.lengths.cumsum(0), (1, 0)).to(torch.int32)
    longest = layout.rectangles[0].width
    window = (-1, -1) if near is None else (near - 1, near - 1)
    mixed: torch.Tensor = importlib.import_module("flash_attn").flash_attn_varlen_func(
        query,
        key,
        value,
        bounds,
        bounds,
        longest,
        longest,
        dropout_p=dropout,
        softmax_scale=scale,
        window_size=window,
        causal=causal,
    )
    return mixed


@cache
def _installed() -> bool:
    return bool(is_flash_attn_2_available())
