"""How much dropout drops while a model trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

_PLAIN = "attention_dropout"
"""Some families keep the attention's share as a number instead of a layer."""


@contextmanager
def dropping(module: nn.Module, p: float | None) -> Iterator[None]:
    """Let dropout drop this share of what passes through a module and all that it holds; put the old shares back.

    Parameters
    ----------
    module : Module
        What is about to train.
    p : float, optional
        The share; None leaves all as it is.
    """
    if p is None:
        yield
        return
    layers = [(part, part.p) for part in module.modules() if isinstance(part, nn.Dropout)]
    plain = [
        (part, getattr(part, _PLAIN)) for part in module.modules() if isinstance(getattr(part, _PLAIN, None), float)
    ]
    try:
        for layer, _ in layers:
            layer.p = p
        for part, _ in plain:
            setattr(part, _PLAIN, p)
        yield
    finally:
        for layer, before in layers:
            layer.p = before
        for part, share in plain:
            setattr(part, _PLAIN, share)
