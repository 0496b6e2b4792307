"""From the vectors of tokens to one vector."""

from __future__ import annotations

from typing import Literal

import torch

from wardspace.models.attention.packing import Layout


def pool(hidden: torch.Tensor, mask: torch.Tensor, how: Literal["mean", "cls"]) -> torch.Tensor:
    """Pool token vectors in float32, whatever precision they come in.

    Parameters
    ----------
    hidden : Tensor, shape (batch, tokens, dimension)
        The last layer.
    mask : Tensor, shape (batch, tokens)
        1 for tokens, 0 for padding (padding on the right).
    how : {"mean", "cls"}
        The mean over tokens, special tokens included, as Sentence-BERT takes it (Reimers and Gurevych 2019), or the
        first token.

    Returns
    -------
    Tensor, shape (batch, dimension), float32
    """
    if how == "cls":
        return hidden[:, 0].float()
    weights = mask.unsqueeze(-1).float()
    return (hidden.float() * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1e-9)


def pool_packed(hidden: torch.Tensor, layout: Layout, how: Literal["mean", "cls"]) -> torch.Tensor:
    """Pool sequences that lie end to end, as `pool` does padded ones, in at least float32.

    Parameters
    ----------
    hidden : Tensor, shape (tokens, dimension)
        The last layer.
    layout : Layout
        Where each sequence begins and ends.
    how : {"mean", "cls"}
        As for `pool`.

    Returns
    -------
    Tensor, shape (sequences, dimension)
    """
    if how == "cls":
        return precise(hidden[layout.starts])
    vectors = precise(hidden)
    sums = vectors.new_zeros(len(layout.lengths), hidden.shape[1])
    return sums.index_add(0, layout.owners, vectors) / layout.lengths[:, None]


def precise(values: torch.Tensor) -> torch.Tensor:
    """The same in at least float32."""
    return values.to(torch.promote_types(values.dtype, torch.float32))
