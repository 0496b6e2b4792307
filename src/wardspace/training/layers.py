"""Where the layers of an encoder are, whatever its family calls them."""

from __future__ import annotations

from torch import nn
from transformers import PreTrainedModel

from wardspace.core.errors import WardspaceError

SHARED_BY_LAYERS = ("relative_attention_bias",)
"""Modules beside the embeddings that the lowest layers compute with (MPNet's position buckets)."""


def layers_of(encoder: PreTrainedModel) -> list[nn.Module]:
    """The stack of layers, lowest first: the module list as long as the configuration says.

    Raises
    ------
    WardspaceError
        If there is none.
    """
    depth = encoder.config.num_hidden_layers
    for module in encoder.modules():
        if isinstance(module, nn.ModuleList) and len(module) == depth:
            return list(module)
    raise WardspaceError(
        f"{type(encoder).__name__} has no stack of {depth} layers, so its lowest ones cannot be told",
        where="training.freeze_layers, training.layer_decay, training.lora",
        fix="leave all three out for this base",
    )


def below_layers(encoder: PreTrainedModel) -> list[nn.Module]:
    """What even the lowest layer computes with: the embeddings (their norm included), and what the layers share."""
    embeddings = [module for name, module in encoder.named_children() if name == "embeddings"]
    if not embeddings:  # Llama and its like have a matrix and nothing else
        embeddings = [encoder.get_input_embeddings()]
    shared = [module for name, module in encoder.named_modules() if name.rsplit(".", 1)[-1] in SHARED_BY_LAYERS]
    return [*embeddings, *shared]
