"""AdamW that decays weights and nothing else, with learning rates by layer."""

from __future__ import annotations

from torch import nn
from torch.optim import AdamW
from transformers import PreTrainedModel

from wardspace.objectives import Objective
from wardspace.training.layers import below_layers, layers_of

EPSILON = 1e-6
"""As in BERT and DeCLUTR."""


def adamw(objective: Objective, learning_rate: float, weight_decay: float, layer_decay: float = 1.0) -> AdamW:
    """AdamW over the parameters that may change.

    Matrices decay; biases, norms and a learned temperature (anything of fewer than two dimensions) do not.

    With `layer_decay` the highest layer and all that stands above it (heads, a last norm) learn at the full rate, every
    layer below at that share of the rate of the one above it, and the embeddings, with what the layers share, one step
    below the lowest layer. Where a masked-word head scores words with the word embeddings themselves, that one matrix
    is an embedding and learns at their rate. A schedule multiplies the rate of every group alike.

    Parameters
    ----------
    objective : Objective
        What is trained.
    learning_rate, weight_decay : float
        Highest learning rate; decay per unit of learning rate.
    layer_decay : float
        In (0, 1]; 1 gives everything the same rate.

    Raises
    ------
    WardspaceError
        If the encoder has no stack of layers and `layer_decay` is below 1.

    References
    ----------
    Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization.
    Howard and Ruder 2018, Universal Language Model Fine-tuning for Text Classification (discriminative fine-tuning).
    Clark et al. 2020, ELECTRA (the same share from layer to layer).
    """
    shares = _shares(objective.masked.encoder, layer_decay) if layer_decay < 1 else {}
    # one update never mixes what processes share out with what each holds whole (`training.sharding`)
    apart = {id(parameter) for parameter in objective.compared_by()}
    groups: dict[tuple[float, bool, bool], list[nn.Parameter]] = {}
    for parameter in objective.parameters():
        if parameter.requires_grad:
            kind = (shares.get(id(parameter), 1.0), parameter.dim() >= 2, id(parameter) not in apart)
            groups.setdefault(kind, []).append(parameter)
    fused = all(p.device.type in ("cpu", "cuda") for group in groups.values() for p in group)
    return AdamW(
        [
            {"params": groups[kind], "lr": learning_rate * kind[0], "weight_decay": weight_decay * kind[1]}
            # the full rate first: the Trainer logs the rate of the first group
            for kind in sorted(groups, reverse=True)
        ],
        lr=learning_rate,
        eps=EPSILON,
        fused=fused,
    )


def updated_names(model: nn.Module, optimiser: AdamW) -> list[str]:
    """Names of the parameters that have received at least one update (a gradient reached them)."""
    moved = {id(parameter) for parameter in optimiser.state}
    return [name for name, parameter in model.named_parameters() if id(parameter) in moved]


def _shares(encoder: PreTrainedModel, decay: float) -> dict[int, float]:
    """Share of the learning rate by the id of each parameter of the layers and below them."""
    layers = layers_of(encoder)
    steps = {id(p): len(layers) - 1 - place for place, layer in enumerate(layers) for p in layer.parameters()}
    # after the layers: MPNet's shared position buckets count as an embedding wherever they hang
    steps |= {id(p): len(layers) for module in below_layers(encoder) for p in module.parameters()}
    return {name: decay**distance for name, distance in steps.items()}
