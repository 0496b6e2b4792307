"""Heads that objectives add to a model, and how they outlive the objective that trained them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from wardspace.models.heads.kept_heads import KeptHead, KeptHeads
from wardspace.objectives.base import Objective

HEAD_SPREAD = 0.02
"""Standard deviation of a new head's weights, as in BERT."""


class ClassHead(nn.Linear):
    """A linear classifier that knows the names of its classes.

    Parameters
    ----------
    width : int
        Length of the vectors to classify.
    classes : sequence of str
        Names, in the order of the scores.
    seed : int
        Seed of the weights; no other random state is touched.
    """

    def __init__(self, width: int, classes: Sequence[str], seed: int) -> None:
        super().__init__(width, len(classes))
        self.classes = tuple(classes)
        nn.init.normal_(self.weight, std=HEAD_SPREAD, generator=torch.Generator().manual_seed(seed))
        nn.init.zeros_(self.bias)


def heads_of(objective: Objective) -> KeptHeads:
    """The objective's heads as they are now, by name."""
    return {
        name: KeptHead(
            {key: value.detach().cpu().clone() for key, value in module.state_dict().items()},
            tuple(getattr(module, "classes", ())),
        )
        for name, module in objective.modules_to_keep().items()
    }


def restore_heads(objective: Objective, kept: KeptHeads) -> list[str]:
    """Give the objective's heads the weights of kept ones of the same name, shape and classes.

    Returns
    -------
    list of str
        Names of the heads that were restored; the others stay as they are.
    """
    restored: list[str] = []
    for name, module in objective.modules_to_keep().items():
        known = kept.get(name)
        shapes = {key: value.shape for key, value in module.state_dict().items()}
        same = known and {key: value.shape for key, value in known.weights.items()} == shapes
        if known and same and known.classes == tuple(getattr(module, "classes", ())):
            module.load_state_dict(known.weights)
            restored.append(name)
    return restored
