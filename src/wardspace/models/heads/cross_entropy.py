"""The cross-entropy of many words out of a large vocabulary, without copies of all their scores."""

from __future__ import annotations

from typing import Any

import torch

_ROWS = 64
"""Rows whose scores are looked at once: with 30,000 words 8 MiB in float32."""


def summed_cross_entropy(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Sum over rows of -log softmax(scores)[target], in at least float32.

    The gradient is worked out together with the loss, a few rows at a time, and kept in the precision of the scores: no
    matrix of rows x vocabulary is ever held in float32 where the scores are in bfloat16.

    Parameters
    ----------
    scores : Tensor, shape (rows, vocabulary)
        Not normalised.
    targets : int64 Tensor, shape (rows,)
        The right word of each row.

    Returns
    -------
    scalar Tensor, float32 (float64 for scores in float64)
    """
    loss: torch.Tensor = _SummedCrossEntropy.apply(scores, targets)  # type: ignore[no-untyped-call]
    return loss


class _SummedCrossEntropy(torch.autograd.Function):
    """Keeps softmax minus one at the target."""

    @staticmethod
    def forward(ctx: Any, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        precise = torch.promote_types(scores.dtype, torch.float32)
        loss = torch.zeros((), dtype=precise, device=scores.device)
        slope = torch.empty_like(scores)
        rows = _ROWS if scores.device.type == "cpu" else max(1, len(scores))
        for first in range(0, len(scores), rows):
            part = slice(first, first + rows)
            right = targets[part, None]
            logs = torch.log_softmax(scores[part].to(precise), -1)
            loss -= logs.gather(1, right).sum()
            slope[part] = logs.exp_().scatter_add_(1, right, logs.new_full((1, 1), -1.0).expand_as(right))
        ctx.save_for_backward(slope)
        return loss

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        (slope,) = ctx.saved_tensors
        return slope * gradients[0].to(slope.dtype), None
