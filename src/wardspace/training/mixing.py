"""Weights between the base's and the adapted: what was learned, without losing what the base knew."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def mix_in(adapted: nn.Module, base: nn.Module, share: float) -> None:
    """Move every weight of an adapted encoder back towards the base it came from.

    Models trained from the same weights lie in one valley, and what lies between two of them often does better than
    either on text that is not of the training notes.

    Parameters
    ----------
    adapted : Module
        Changed in place.
    base : Module
        The same architecture, with the weights that adaptation began with.
    share : float
        Share of the adapted weights, in (0, 1].

    References
    ----------
    Wortsman et al. 2022, Robust fine-tuning of zero-shot models.
    """
    before = dict(base.named_parameters())
    for name, weight in adapted.named_parameters():
        weight.lerp_(before[name].to(weight), 1 - share)
