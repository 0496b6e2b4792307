"""The normalised, temperature-scaled cross-entropy between two views (NT-Xent)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

COLDEST = 0.01
"""A learned temperature stays above this, where logits of cosines reach ±100 (Radford et al. 2021 clip there too)."""


class NTXent(nn.Module):
    """Contrast each vector with its partner against all other vectors of the batch.

    Over the 2N vectors of N pairs: cosine similarity divided by the temperature, cross-entropy of the partner among
    the 2N - 1 other vectors (the partner is in the denominator), averaged over the 2N ordered pairs. It is
    computed in at least float32 even where the encoder ran in bfloat16: at a temperature of 0.05 the 8 bits of
    bfloat16 would move a logit of 20 by up to 0.06.

    Parameters
    ----------
    temperature : float
        Temperature, or its start value where it is learned.
    learned : bool
        Learn the logarithm of the temperature.

    References
    ----------
    Chen et al. 2020, A Simple Framework for Contrastive Learning of Visual Representations (SimCLR).
    Giorgi et al. 2021, DeCLUTR.

    Examples
    --------
    >>> import torch
    >>> apart = torch.eye(2)
    >>> round(NTXent(temperature=1.0)(apart, apart).item(), 4)  # -log(e / (e + 2))
    0.5514
    """

    def __init__(self, temperature: float, *, learned: bool = False) -> None:
        super().__init__()
        self.fixed = temperature
        self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature))) if learned else None

    @property
    def temperature(self) -> Tensor | float:
        """The current temperature."""
        if self.log_temperature is None:
            return self.fixed
        return self.log_temperature.clamp(min=math.log(COLDEST)).exp()

    def forward(self, first: Tensor, second: Tensor, passed_over: Tensor | None = None) -> Tensor:
        """Loss of N pairs (`first[i]`, `second[i]`), both [N, d]; a scalar.

        `passed_over` (bool [2N, 2N]) says which of the others are no negatives; partners always count.
        """
        with torch.autocast(first.device.type, enabled=False):
            stacked = torch.cat([first, second])
            vectors = functional.normalize(stacked if stacked.dtype == torch.float64 else stacked.float(), dim=-1)
            logits = vectors @ vectors.T / self.temperature
            logits = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool, device=logits.device), -torch.inf)
            partners = torch.arange(len(logits), device=logits.device).roll(len(first))
            if passed_over is not None:
                left_out = passed_over.scatter(1, partners[:, None], False)
                logits = logits.masked_fill(left_out, -torch.inf)
            return functional.cross_entropy(logits, partners)
