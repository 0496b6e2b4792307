"""What a kept setting computes, as one module on the vectors of its encoder: what an exporter writes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple, Protocol, runtime_checkable

import torch
from torch import nn

from wardspace.models import Encoder


class TaskGraph(NamedTuple):
    """An encoder and the head on it."""

    encoder: Encoder
    """The encoder, on the CPU."""
    head: nn.Module
    """From vectors of texts (normalised where the encoder normalises) or of tokens to scores."""
    of: Literal["text", "tokens"]
    """What is scored."""
    classes: tuple[str, ...]
    """Classes, or tags, in the order of the scores."""
    activation: Literal["softmax", "sigmoid", "crf", "none"]
    """What makes probabilities of the scores; see `HeadManifest`."""
    layers: list[int] | None = None
    """Layers whose token vectors the head reads next to each other; the last one by default."""


@runtime_checkable
class Graphed(Protocol):
    """A kind of task whose kept settings are such graphs."""

    def graph(self, folder: Path) -> TaskGraph:
        """Open a folder; see `wardspace.tasks.kept`.

        Raises
        ------
        ModelError
            If a file is absent, damaged, or of another kind of task.
        """
        ...


class Scaled(nn.Module):
    """A head on vectors that are shifted and scaled first.

    Parameters
    ----------
    mean, gain : float32 [d]
        (vector - mean) · gain is what the head sees.
    head : nn.Module
        The head.
    """

    mean: torch.Tensor
    gain: torch.Tensor

    def __init__(self, mean: torch.Tensor, gain: torch.Tensor, head: nn.Module) -> None:
        super().__init__()
        self.register_buffer("mean", mean.float())
        self.register_buffer("gain", gain.float())
        self.head = head

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        """Scores [..., classes] of vectors [..., d]."""
        scores: torch.Tensor = self.head((vectors - self.mean) * self.gain)
        return scores
