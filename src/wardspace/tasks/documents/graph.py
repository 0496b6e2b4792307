"""A kept classifier as one module."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from wardspace.tasks.documents.kept import load_classifier
from wardspace.tasks.graph import Scaled, TaskGraph


def classifier_graph(folder: Path) -> TaskGraph:
    """The graph of a kept classifier: scores of texts, of which a long note takes the mean over its windows.

    Raises
    ------
    ModelError
        If the folder is damaged or of another kind of task.
    """
    kept = load_classifier(folder, device="cpu")
    module: nn.Module = kept.head
    if kept.scaling is not None:
        gain = torch.full((kept.encoder.dimension,), 1 / kept.scaling.size)
        module = Scaled(torch.from_numpy(kept.scaling.mean), gain, module)
    several = kept.thresholds is not None
    return TaskGraph(kept.encoder, module.eval(), "text", kept.classes, "sigmoid" if several else "softmax")
