"""Heads that objectives add to a model, and how they outlive the objective that trained them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from wardspace.models.heads.kept_heads import KeptHead, KeptHeads
from wardspace.objectives.base import Objective

HEAD_SPREAD = 0.02
"""Standard deviation of a new head's weights, as in BERT."""
HEAD_DROPOUT = 0.1
"""Share that the two-layer head drops before each layer."""


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


class TwoLayerHead(nn.Module):
    """Dropout, Linear d→d, tanh, dropout, Linear d→K, as in the study's frozen and fine-tuned settings.

    The vectors are first shifted and scaled to entries of about one, for which the layers' starting weights are made:
    models differ in the length of their vectors, and a head for short ones would learn more slowly.

    Parameters
    ----------
    mean : float32 [d]
        Mean of the training notes' vectors; fixed.
    size : float
        Root mean square distance from it; fixed.
    classes : int
        Number K of classes.
    several : bool
        Whether a note may have several of them.
    """

    mean: torch.Tensor

    def __init__(self, mean: npt.NDArray[np.float32], size: float, classes: int, *, several: bool = False) -> None:
        super().__init__()
        dimension = len(mean)
        self.several = several
        self.register_buffer("mean", torch.from_numpy(mean.copy()))
        self.gain = dimension**0.5 / size
        self.dense = nn.Linear(dimension, dimension)
        self.out = nn.Linear(dimension, classes)
        self.dropout = nn.Dropout(HEAD_DROPOUT)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Logits [n, classes] of vectors [n, d]."""
        scaled = (vectors - self.mean) * self.gain
        inner = torch.tanh(self.dense(self.dropout(scaled)))
        logits: torch.Tensor = self.out(self.dropout(inner))
        return logits

    @torch.no_grad()
    def probabilities(self, vectors: torch.Tensor) -> npt.NDArray[np.float32]:
        """Probability of each class [n, classes]; of several labels each by itself."""
        training = self.training
        self.eval()
        logits = self(vectors.to(self.out.weight)).float()
        self.train(training)
        return np.asarray((torch.sigmoid(logits) if self.several else torch.softmax(logits, dim=1)).cpu().numpy())


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
