"""From the vectors of tokens to one vector."""

from __future__ import annotations

from typing import Literal

import torch


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
