"""Low-rank additions to the encoder's layers, for the length of one phase."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import nn
from transformers import PreTrainedModel

from wardspace.config import LoraConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.seeds import derive
from wardspace.training.weights.optimiser import layers_of

if TYPE_CHECKING:
    from peft.tuners.lora import Linear as LoraLinear

_ADAPTER = "default"


@contextmanager
def low_rank(encoders: Sequence[PreTrainedModel], config: LoraConfig | None, seed: int) -> Iterator[None]:
    """Train W + (alpha / rank) · B A instead of each W of the encoders' layers; at the end W is that sum.

    Every linear map inside a layer that may change (see `optimiser.set_trainable`: call it before) gets an addition;
    the encoder's own parameters, embeddings included, stay as they are, while the heads go on learning. A starts from
    random numbers, B from zero, so that the encoder computes at first what it computed before. Afterwards the encoder
    consists of the same modules and parameters as before: whatever saves it finds an ordinary model.

    A checkpoint taken inside holds the additions too, and can be read back inside another `low_rank` over the same
    layers.

    Parameters
    ----------
    encoders : sequence of PreTrainedModel
        The encoders that train.
    config : LoraConfig, optional
        Rank, scale and dropout; None changes nothing.
    seed : int
        Seed of the additions; no other random state is touched.

    Raises
    ------
    WardspaceError
        If no layer may change.

    References
    ----------
    Hu et al. 2022, LoRA: Low-Rank Adaptation of Large Language Models.
    """
    if config is None:
        yield
        return
    learning = [p for encoder in encoders for p in encoder.parameters() if p.requires_grad]
    try:
        for encoder in encoders:
            _add(encoder, config, seed)
        yield
    finally:
        for encoder in encoders:
            _merge(encoder)
        for parameter in learning:
            parameter.requires_grad_(True)


def _add(encoder: PreTrainedModel, config: LoraConfig, seed: int) -> None:
    from peft import LoraConfig as Adapter  # noqa: PLC0415 - only who asks for LoRA needs it
    from peft import inject_adapter_in_model  # noqa: PLC0415

    # a list of its own, because peft leaves its configuration on what it is given
    layers = nn.ModuleList(layers_of(encoder))
    targets = [name for name, part in layers.named_modules() if isinstance(part, nn.Linear) and _learns(part)]
    if not targets:
        raise WardspaceError(
            "LoRA has no layer to add to: all of them are kept as they are",
            where="training.freeze_layers, training.lora",
            fix="keep fewer layers, or train without lora",
        )
    encoder.requires_grad_(False)
    adapter = Adapter(
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type]  # peft divides it by the rank, whole or not
        lora_dropout=config.dropout,
        target_modules=targets,
        bias="none",
    )
    with torch.random.fork_rng(devices=[]):  # peft draws weights of its own on the CPU
        inject_adapter_in_model(adapter, layers, adapter_name=_ADAPTER)
    for name, part in _added(encoder):
        part.train(part.base_layer.training)
        part.cast_input_dtype_enabled = False  # autocast chooses types; a copy in float32 first would only cost time
        _draw(part.lora_A[_ADAPTER].get_parameter("weight"), derive(seed, "lora", name))


def _draw(matrix: torch.Tensor, seed: int) -> None:
    """Fill A as LoRA's authors do; drawn on the CPU, so that every device starts from the same numbers."""
    drawn = torch.empty(matrix.shape)
    nn.init.kaiming_uniform_(drawn, a=math.sqrt(5), generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        matrix.copy_(drawn)


def _merge(encoder: PreTrainedModel) -> None:
    """Fold the additions into the weights, in the weights' own float32, and put the plain modules back."""
    with torch.no_grad():
        for name, part in _added(encoder):
            part.merge()
            encoder.set_submodule(name, part.base_layer)


def _added(encoder: PreTrainedModel) -> list[tuple[str, LoraLinear]]:
    from peft.tuners.lora import Linear  # noqa: PLC0415

    return [(name, part) for name, part in encoder.named_modules() if isinstance(part, Linear)]


def _learns(part: nn.Linear) -> bool:
    return part.weight.requires_grad
