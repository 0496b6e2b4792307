"""Which parameters may change."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn
from transformers import PreTrainedModel

from wardspace.core.errors import WardspaceError
from wardspace.objectives import Objective

SHARED_BY_LAYERS = ("relative_attention_bias",)
"""Modules beside the embeddings that the lowest layers compute with (MPNet's position buckets)."""


def set_trainable(objective: Objective, *, freeze_layers: int = 0, head_only: bool = False) -> None:
    """Say anew for every parameter whether it may change.

    A masked-word head that the objective does not use stays as it is. A head whose output weights are the encoder's own
    word embeddings follows the encoder in this.

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
        If the encoder has fewer layers.
    """
    for parameter in objective.parameters():
        parameter.requires_grad_(not head_only)
    for parameter in objective.masked.head_parameters():
        parameter.requires_grad_(objective.uses_head)
    if freeze_layers:
        _freeze(_lowest(objective.masked.encoder, freeze_layers))


def parameter_count(objective: Objective) -> int:
    """Parameters of the encoder and of the heads that the objective uses."""
    unused = () if objective.uses_head else objective.masked.head_parameters()
    return sum(p.numel() for p in objective.parameters()) - sum(p.numel() for p in unused)


def _lowest(encoder: PreTrainedModel, count: int) -> list[nn.Module]:
    layers = _layers(encoder)
    if count > len(layers):
        raise WardspaceError(
            f"cannot keep {count} layers as they are: this encoder has {len(layers)}",
            where="training.freeze_layers",
            fix=f"choose a number from 0 to {len(layers)}",
        )
    below = [module for name, module in encoder.named_children() if name == "embeddings"]
    shared = [module for name, module in encoder.named_modules() if name.rsplit(".", 1)[-1] in SHARED_BY_LAYERS]
    return [*below, *shared, *layers[:count]]


def _layers(encoder: PreTrainedModel) -> list[nn.Module]:
    """The stack of layers: the module list as long as the configuration says, whatever the family calls it."""
    depth = encoder.config.num_hidden_layers
    for module in encoder.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    raise WardspaceError(
        f"{type(encoder).__name__} has no stack of {depth} layers, so its lowest ones cannot be told",
        where="training.freeze_layers",
        fix="set it to 0",
    )


def _freeze(modules: Iterable[nn.Module]) -> None:
    for module in modules:
        for parameter in module.parameters():
            parameter.requires_grad_(False)
