"""From vectors of tokens to scores of their tags: a linear layer on frozen vectors, or the head of a fine-tuning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from wardspace.objectives.supervised.token_classification import TagHead
from wardspace.tasks.probes.logistic import LogisticModel
from wardspace.tasks.probes.scaling import BlockScaling

FLOOR = -30.0
"""Score of a tag that no training note has."""


class Emissions(Protocol):
    """Scores of tags."""

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.floating]:
        """Scores [p, tags] of vectors [p, d]."""
        ...

    def weights(self) -> Mapping[str, torch.Tensor]:
        """What it has learned."""
        ...


def log_probabilities(model: LogisticModel, vectors: NDArray[np.float32]) -> NDArray[np.floating]:
    """Log probabilities [p, tags] by a logistic regression over scaled vectors [p, d]."""
    scores = vectors @ model.weights + model.intercepts
    shifted = scores - scores.max(axis=1, keepdims=True, initial=FLOOR)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


@dataclass(frozen=True)
class LinearEmissions:
    """Log probabilities by a logistic regression over scaled vectors."""

    model: LogisticModel
    scaling: BlockScaling

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.floating]:
        """Log probabilities [p, tags]."""
        return log_probabilities(self.model, self.scaling.apply(vectors))

    def weights(self) -> dict[str, torch.Tensor]:
        """Those of the regression in float64, as it learned them, and the scaling."""
        return {
            "weights": torch.tensor(self.model.weights, dtype=torch.float64),
            "intercepts": torch.tensor(self.model.intercepts, dtype=torch.float64),
            "mean": torch.tensor(self.scaling.mean, dtype=torch.float32),
            "size": torch.tensor(self.scaling.size, dtype=torch.float64),
        }

    @staticmethod
    def shapes(width: int, tags: int, blocks: int) -> dict[str, tuple[int, ...]]:
        """Shapes of these weights, of vectors of so many layers."""
        return {"weights": (width, tags), "intercepts": (tags,), "mean": (width,), "size": (blocks,)}

    @classmethod
    def of(cls, weights: Mapping[str, torch.Tensor]) -> LinearEmissions:
        """From `weights`."""
        found = {name: value.numpy() for name, value in weights.items()}
        model = LogisticModel(found["weights"], found["intercepts"], float("nan"), 0.0)
        return cls(model, BlockScaling(found["mean"], found["size"]))


@dataclass(frozen=True)
class HeadEmissions:
    """Scores by the head of a fine-tuning."""

    head: TagHead

    @torch.inference_mode()
    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.floating]:
        """Log probabilities [p, tags]; with a conditional random field plain scores."""
        device = self.head.out.weight.device
        return np.asarray(self.head(torch.from_numpy(vectors).to(device)).float().cpu().numpy())

    def weights(self) -> dict[str, torch.Tensor]:
        """Its state."""
        return {name: value.detach().cpu().clone() for name, value in self.head.state_dict().items()}
