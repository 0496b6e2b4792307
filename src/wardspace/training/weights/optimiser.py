"""AdamW that decays weights and nothing else, with learning rates by layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn
from torch.optim import AdamW
from transformers import PreTrainedModel

from wardspace.core.errors import WardspaceError
from wardspace.objectives import Objective

SHARED_BY_LAYERS = ("relative_attention_bias",)
"""Modules other than the embeddings that the lowest layers compute with (MPNet's position buckets)."""


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


def set_trainable(objectives: Sequence[Objective], *, freeze_layers: int = 0, head_only: bool = False) -> None:
    """Say anew for every parameter whether it may change.

    What none of the objectives uses (a head for words, usually) stays as it is. A head whose output weights are the
    encoder's own word embeddings follows the encoder in this. Frozen layers cost a forward pass and nothing else:
    everything below them is frozen too, so that nothing in them is kept for a backward pass.

    Parameters
    ----------
    objectives : sequence of Objective
        What trains together, with the models.
    freeze_layers : int
        Keep the embeddings and this many of the lowest layers as they are; 0 keeps none.
    head_only : bool
        Train nothing but the head for words.

    Raises
    ------
    WardspaceError
        If an encoder has fewer layers, or nothing is left of an objective that could learn.
    """
    used: set[int] = set()
    for objective in objectives:
        unused = {id(parameter) for parameter in objective.unused_parameters()}
        heads = {id(parameter) for parameter in objective.model.head_parameters()}
        used |= {id(p) for p in objective.parameters() if not head_only or id(p) in heads} - unused
    for objective in objectives:
        for parameter in objective.parameters():
            parameter.requires_grad_(id(parameter) in used)
    for objective in objectives:
        if freeze_layers:
            _freeze(_lowest(objective.model.encoder, freeze_layers))
        # a learned temperature (the one parameter without a dimension) has nothing to tell encoder or head
        if not any(parameter.requires_grad and parameter.dim() for parameter in objective.parameters()):
            raise WardspaceError(
                f"with {freeze_layers} layers kept as they are this objective has nothing left to train",
                where="training.freeze_layers",
                fix="keep fewer layers",
            )


def encoders_of(objectives: Sequence[Objective]) -> list[PreTrainedModel]:
    """The encoders that objectives train, each once."""
    return list({id(objective.model): objective.model.encoder for objective in objectives}.values())


def parameter_count(objective: Objective) -> int:
    """Parameters of the encoder and of the heads that the objective uses."""
    return sum(p.numel() for p in objective.parameters()) - sum(p.numel() for p in objective.unused_parameters())


def trains_word_head(objective: Objective) -> bool:
    """Whether the model's head for words takes part in the loss."""
    unused = {id(parameter) for parameter in objective.unused_parameters()}
    return any(id(parameter) not in unused for parameter in objective.model.head_parameters())


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


EPSILON = 1e-6
"""As in BERT and DeCLUTR."""


def adamw(
    objectives: Sequence[Objective], learning_rate: float, weight_decay: float, layer_decay: float = 1.0
) -> AdamW:
    """AdamW over the parameters that may change.

    Matrices decay; biases, norms and a learned temperature (anything of fewer than two dimensions) do not.

    With `layer_decay` the highest layer and everything above it (heads, a last norm) learn at the full rate, every
    layer below at that share of the rate of the one above it, and the embeddings, with what the layers share, one step
    below the lowest layer. Where a masked-word head scores words with the word embeddings themselves, that one matrix
    is an embedding and learns at their rate. A schedule multiplies the rate of every group alike.

    Parameters
    ----------
    objectives : sequence of Objective
        What trains together.
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
    shares: dict[int, float] = {}
    for encoder in encoders_of(objectives) if layer_decay < 1 else ():
        shares |= _shares(encoder, layer_decay)
    # one update never mixes what processes share out with what each holds whole (`training.sharding`)
    apart = {id(parameter) for objective in objectives for parameter in objective.compared_by()}
    groups: dict[tuple[float, bool, bool], list[nn.Parameter]] = {}
    for parameter in nn.ModuleList(objectives).parameters():
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
