"""What a task has kept leaves as one ONNX graph: encoder and head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import HEADS_FILE
from wardspace.models.onnx.export import export_onnx
from wardspace.models.onnx.graph import GraphHead
from wardspace.models.onnx.manifest import HeadManifest
from wardspace.tasks.documents.kept import load_classifier
from wardspace.tasks.entities.emissions import HeadEmissions, LinearEmissions
from wardspace.tasks.entities.fitted import Tagging
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.kept import FITTED_FILE, AnyFit, read_about

_Loaded = tuple[Encoder, GraphHead]


def export_fitted(
    folder: Path, target: Path, *, name: str, int8: bool = False, weights: str | None = None, card: str | None = None
) -> None:
    """Write a kept classifier or tagger as ONNX, with `scores` among the outputs of its graph.

    Decoding is not in the graph: the mean over the windows of a long note, thresholds, and the best path of tags.
    `fitted.json` and `heads.safetensors` say what it takes.

    Parameters
    ----------
    folder : Path
        `RUN/models/TASK-MODEL-SETTING`.
    target, name, int8, weights, card
        As for `export_onnx`.

    Raises
    ------
    ModelError
        If the folder is damaged, or the head is of a kind of task that has no graph.
    """
    about = read_about(folder, AnyFit)
    if about.kind not in _HEADS:
        raise ModelError(
            f"heads of the kind {about.kind!r} are not exported as ONNX; {' and '.join(_HEADS)} are",
            where=folder,
            fix="export the model it was fitted on, or use the folder with `wardspace extract`",
        )
    encoder, head = _HEADS[about.kind](folder, about)
    copied = [folder / FITTED_FILE, folder / HEADS_FILE]
    export_onnx(encoder, target, name=name, int8=int8, weights=weights, card=card, head=head, copied=copied)


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


def _classifier(folder: Path, about: AnyFit) -> _Loaded:
    kept = load_classifier(folder, device="cpu")
    module: nn.Module = kept.head
    if kept.scaling is not None:
        gain = torch.full((kept.encoder.dimension,), 1 / kept.scaling.size)
        module = Scaled(torch.from_numpy(kept.scaling.mean), gain, module)
    several = kept.thresholds is not None
    said = _about(about, kept.classes, of="text", activation="sigmoid" if several else "softmax")
    return kept.encoder, GraphHead(module.eval(), said)


def _tagger(folder: Path, about: AnyFit) -> _Loaded:
    tagging = load_tagger(folder, device="cpu").find
    if not isinstance(tagging, Tagging):
        raise TypeError("a kept tagger reads token vectors")
    emissions, encoder = tagging.emissions, tagging.encoder
    names = tagging.chain.scheme.names
    if isinstance(emissions, HeadEmissions):
        said = _about(about, names, of="tokens", activation="crf" if emissions.head.crf is not None else "none")
        return encoder, GraphHead(emissions.head.eval(), said)
    if not isinstance(emissions, LinearEmissions):
        raise TypeError(f"no graph of {type(emissions).__name__}")
    layers = encoder.spread_layers(tagging.layers)
    said = _about(about, names, of="tokens", activation="none")
    return encoder, GraphHead(_linear(emissions, encoder.dimension), said, layers)


def _linear(emissions: LinearEmissions, dimension: int) -> nn.Module:
    """A logistic regression with its scaling."""
    model, scaling = emissions.model, emissions.scaling
    out = nn.Linear(*model.weights.shape)
    with torch.no_grad():
        out.weight.copy_(torch.from_numpy(np.asarray(model.weights).T))
        out.bias.copy_(torch.from_numpy(np.asarray(model.intercepts)))
    gain = np.repeat(1 / (scaling.size * len(scaling.size) ** 0.5), dimension)
    return Scaled(torch.from_numpy(scaling.mean), torch.from_numpy(gain), nn.Sequential(out, nn.LogSoftmax(-1)))


def _about(fit: AnyFit, classes: tuple[str, ...], **said: str) -> HeadManifest:
    return HeadManifest.model_validate(
        {"kind": fit.kind, "task": fit.task, "setting": fit.setting, "classes": classes, **said}
    )


_HEADS: dict[str, Callable[[Path, AnyFit], _Loaded]] = {"classification": _classifier, "entities": _tagger}
