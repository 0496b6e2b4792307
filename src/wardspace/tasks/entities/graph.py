"""A kept tagger as one module, without its decoding."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from wardspace.tasks.entities.emissions import HeadEmissions, LinearEmissions
from wardspace.tasks.entities.fitted import Tagging
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.graph import Scaled, TaskGraph


def tagger_graph(folder: Path) -> TaskGraph:
    """The graph of a kept tagger: scores of the tags of tokens, of which the best path is found outside.

    Raises
    ------
    ModelError
        If the folder is damaged or of another kind of task.
    """
    tagging = load_tagger(folder, device="cpu").find
    if not isinstance(tagging, Tagging):
        raise TypeError("a kept tagger reads token vectors")
    emissions, encoder = tagging.emissions, tagging.encoder
    names = tagging.chain.scheme.names
    if isinstance(emissions, HeadEmissions):
        decoded = emissions.head.crf is not None
        return TaskGraph(encoder, emissions.head.eval(), "tokens", names, "crf" if decoded else "none")
    if not isinstance(emissions, LinearEmissions):
        raise TypeError(f"no graph of {type(emissions).__name__}")
    head = _linear(emissions, encoder.dimension)
    return TaskGraph(encoder, head, "tokens", names, "none", encoder.spread_layers(tagging.layers))


def _linear(emissions: LinearEmissions, dimension: int) -> nn.Module:
    """A logistic regression with its scaling."""
    model, scaling = emissions.model, emissions.scaling
    out = nn.Linear(*model.weights.shape)
    with torch.no_grad():
        out.weight.copy_(torch.from_numpy(np.asarray(model.weights).T))
        out.bias.copy_(torch.from_numpy(np.asarray(model.intercepts)))
    gain = np.repeat(1 / (scaling.size * len(scaling.size) ** 0.5), dimension)
    return Scaled(torch.from_numpy(scaling.mean), torch.from_numpy(gain), nn.Sequential(out, nn.LogSoftmax(-1)))
