"""Which parameters may change."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn
from transformers import PreTrainedModel

from wardspace.core.errors import WardspaceError
from wardspace.objectives import Objective
from wardspace.training.layers import below_layers, layers_of


def set_trainable(objective: Objective, *, freeze_layers: int = 0, head_only: bool = False) -> None:
    """Say anew for every parameter whether it may change.

    A masked-word head that the objective does not use stays as it is. A head whose output weights are the encoder's own
    word embeddings follows the encoder in this. Frozen layers cost a forward pass and nothing else: everything below
    them is frozen too, so that nothing in them is kept for a backward pass.

    Parameters
    ----------
    objective : Objective
        The objective with its encoder.
    freeze_layers : int
        Keep the embeddings and this many of the lowest layers as they are; 0 keeps none.
    head_only : bool
        Train nothing but the masked-word head.

    Raises
    ------
    WardspaceError
        If the encoder has fewer layers, or nothing is left that could learn.
    """
    for parameter in objective.parameters():
        parameter.requires_grad_(not head_only)
    for parameter in objective.masked.head_parameters():
        parameter.requires_grad_(objective.uses_head)
    if freeze_layers:
        _freeze(_lowest(objective.masked.encoder, freeze_layers))
    # a learned temperature (the one parameter without a dimension) has nothing to tell encoder or head
    if not any(parameter.requires_grad and parameter.dim() for parameter in objective.parameters()):
        raise WardspaceError(
            f"with {freeze_layers} layers kept as they are this objective has nothing left to train",
            where="training.freeze_layers",
            fix="keep fewer layers",
        )


def parameter_count(objective: Objective) -> int:
    """Parameters of the encoder and of the heads that the objective uses."""
    unused = () if objective.uses_head else objective.masked.head_parameters()
    return sum(p.numel() for p in objective.parameters()) - sum(p.numel() for p in unused)


def _lowest(encoder: PreTrainedModel, count: int) -> list[nn.Module]:
    layers = layers_of(encoder)
    if count > len(layers):
        raise WardspaceError(
            f"cannot keep {count} layers as they are: this encoder has {len(layers)}",
            where="training.freeze_layers",
            fix=f"choose a number from 0 to {len(layers)}",
        )
    return [*below_layers(encoder), *layers[:count]]


def _freeze(modules: Iterable[nn.Module]) -> None:
    for module in modules:
        for parameter in module.parameters():
            parameter.requires_grad_(False)
