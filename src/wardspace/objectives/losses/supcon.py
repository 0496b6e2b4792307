"""The supervised contrastive loss: notes of one category together, others apart."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from wardspace.objectives.units import MISSING


def supervised_contrast(vectors: Tensor, codes: Tensor, temperature: float) -> Tensor:
    """L_out of Khosla et al. (equation 2), with cosine similarity.

    Each note with at least one other note of its category in the batch is an anchor; the loss is the mean over
    anchors of the mean over their positives of -log softmax of similarity / temperature among all other notes.
    Notes without a value are left out altogether: they may belong to any category, so they are no negatives.

    Parameters
    ----------
    vectors : float [n, d]
        Note vectors.
    codes : int64 [n]
        Category of each note; -1 where it is missing.
    temperature : float
        Temperature.

    Returns
    -------
    scalar
        Zero (with zero gradient) where no two notes share a category.

    References
    ----------
    Khosla et al. 2020, Supervised Contrastive Learning.

    Examples
    --------
    >>> import torch
    >>> vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> round(supervised_contrast(vectors, torch.tensor([0, 0, 1]), temperature=1.0).item(), 4)  # log(e + 1) - 1
    0.3133
    """
    with torch.autocast(vectors.device.type, enabled=False):
        unit = functional.normalize(vectors if vectors.dtype == torch.float64 else vectors.float(), dim=-1)
        known = codes != MISSING
        others = known[None, :] & ~torch.eye(len(codes), dtype=torch.bool, device=codes.device)
        positive = (codes[:, None] == codes[None, :]) & others & known[:, None]
        # a very low number, not -inf: a row without any other known note must stay finite for its (zero) gradient
        logits = (unit @ unit.T / temperature).masked_fill(~others, torch.finfo(unit.dtype).min)
        share = positive.to(unit.dtype) / positive.sum(1, keepdim=True).clamp(min=1)
        losses = -(share * functional.log_softmax(logits, dim=1).masked_fill(~positive, 0.0)).sum(1)
        return losses.sum() / positive.any(1).sum().clamp(min=1)
