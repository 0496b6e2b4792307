"""Training a model on a CPU with this package's dropout and attention in place of torch's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn
from transformers import PreTrainedModel

from wardspace.models.attention import attention
from wardspace.models.attention.dropout import QuickDropout


@contextmanager
def fast_cpu_training(module: nn.Module) -> Iterator[None]:
    """Put quick dropout, and attention with it, into a module and all that it holds; take them out at the end.

    What is learned stays the same: the masks have the same distribution, the formulas are the same. On another device
    than a CPU both pass everything on to torch. Families for which `attention.install` says no keep their attention.

    Parameters
    ----------
    module : Module
        What is about to train.
    """
    dropouts = [part for part in module.modules() if type(part) is nn.Dropout]
    fused = [
        part
        for part in module.modules()
        if isinstance(part, PreTrainedModel) and part.config._attn_implementation == "sdpa"
    ]
    models = [model for model in fused if attention.install(model)]
    try:
        for dropout in dropouts:
            dropout.__class__ = QuickDropout
        yield
    finally:
        for dropout in dropouts:
            dropout.__class__ = nn.Dropout
        for model in models:
            model.set_attn_implementation("sdpa")
