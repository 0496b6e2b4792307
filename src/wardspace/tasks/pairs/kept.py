"""A classifier of pairs of texts, and the same in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.confidence import tempered
from wardspace.tasks.kept import (
    KeptFit,
    check_shapes,
    damaged,
    load_fitted,
    run_fields,
    save_fitted,
    two_layer_head,
    two_layer_weights,
)
from wardspace.tasks.kind import RunKey
from wardspace.tasks.pairs.features import BLOCKS, parts_of
from wardspace.tasks.probes.head import head_probabilities
from wardspace.tasks.probes.logistic import LogisticModel
from wardspace.tasks.probes.scaling import BlockScaling

Matrix = NDArray[np.float32]


class KeptPairs(KeptFit):
    """fitted.json of a classifier of pairs."""

    kind: Literal["pairs"] = "pairs"
    """Kind of task."""
    classes: Annotated[tuple[str, ...], Field(min_length=2)]
    """Classes in the order of their numbers."""
    head: Literal["apart", "together"]
    """Whether texts are read one by one or together."""
    temperature: Annotated[FiniteFloat, Field(gt=0)]
    """What the probabilities are divided by, as logarithms; chosen on validation."""


@dataclass(frozen=True)
class TogetherHead:
    """Classes of the vectors of pairs that are read together.

    Attributes
    ----------
    head : TwoLayerHead
        Its layers.
    """

    head: TwoLayerHead

    def probabilities(self, encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str]) -> Matrix:
        """Probability of each class, [n, classes]."""
        return head_probabilities(self.head, encoder.encode_pairs(firsts, seconds, show_progress=False))

    def weights(self) -> dict[str, torch.Tensor]:
        """What is stored."""
        return two_layer_weights(self.head)


@dataclass(frozen=True)
class ApartHead:
    """Classes of [u, v, |u - v|, u * v], where the texts are read one by one.

    Attributes
    ----------
    model : LogisticModel
        Its weights.
    scaling : BlockScaling
        Applied first.
    """

    model: LogisticModel
    scaling: BlockScaling

    def probabilities(self, encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str]) -> Matrix:
        """Probability of each class, [n, classes]."""
        sides = [encoder.encode(texts, show_progress=False) for texts in (firsts, seconds)]
        return self.model.probabilities(self.scaling.apply(parts_of(*sides)))

    def weights(self) -> dict[str, torch.Tensor]:
        """What is stored."""
        kept = {
            "weights": self.model.weights,
            "intercepts": self.model.intercepts,
            "mean": self.scaling.mean,
            "size": self.scaling.size,
        }
        return {name: torch.from_numpy(np.array(value)) for name, value in kept.items()}


@dataclass(frozen=True)
class PairClassifier:
    """A classifier that reads pairs of texts.

    Attributes
    ----------
    encoder : Encoder
        Makes vectors of them.
    head : ApartHead or TogetherHead
        Classifies these.
    classes : tuple of str
        Names in the order of the probabilities.
    temperature : float
        See `wardspace.tasks.confidence.tempered`.
    scripts : tuple of str
        Scripts of the texts that it was calibrated on; see `wardspace.corpus.note.scripts`.
    """

    encoder: Encoder
    head: ApartHead | TogetherHead
    classes: tuple[str, ...]
    temperature: float = 1.0
    scripts: tuple[str, ...] = ()

    def probabilities(self, firsts: Sequence[str], seconds: Sequence[str]) -> Matrix:
        """Probability of each class, float32 [n, classes]."""
        return tempered(self.head.probabilities(self.encoder, firsts, seconds), self.temperature)

    def labels(self, firsts: Sequence[str], seconds: Sequence[str]) -> list[tuple[str, float]]:
        """The likeliest class of each pair, with its probability."""
        if not firsts:
            return []
        found = self.probabilities(firsts, seconds)
        return [(self.classes[int(row.argmax())], float(row.max())) for row in found]

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own; see `load_pairs`."""
        about = KeptPairs.model_validate(
            {
                **run_fields(run),
                "classes": self.classes,
                "head": "apart" if isinstance(self.head, ApartHead) else "together",
                "temperature": self.temperature,
                "scripts": self.scripts,
            }
        )
        save_fitted(folder, self.encoder, KeptHead(self.head.weights(), self.classes), about)


def load_pairs(folder: str | Path, *, device: str = "auto") -> PairClassifier:
    """Open a classifier of pairs that a task has kept.

    Parameters
    ----------
    folder : str or Path
        `RUN/models/TASK-MODEL-SETTING`.
    device : str
        As for `Encoder.load`.

    Raises
    ------
    ModelError
        If a file is absent, damaged, or of another kind of task.
    """
    path = Path(folder)
    encoder, kept, about = load_fitted(path, KeptPairs, device)
    if kept.classes != about.classes:
        raise damaged(path, "the head scores other classes")
    head: ApartHead | TogetherHead
    if about.head == "apart":
        head = _apart(path, kept, encoder.dimension)
    else:
        layers = two_layer_head(path, kept.weights, encoder.dimension, len(about.classes))
        head = TogetherHead(layers.to(encoder.device))
    return PairClassifier(encoder, head, about.classes, about.temperature, about.scripts)


def _apart(folder: Path, kept: KeptHead, width: int) -> ApartHead:
    classes = len(kept.classes)
    shapes = {
        "weights": (BLOCKS * width, classes),
        "intercepts": (classes,),
        "mean": (BLOCKS * width,),
        "size": (BLOCKS,),
    }
    check_shapes(folder, kept.weights, shapes)
    found = {name: value.numpy() for name, value in kept.weights.items()}
    model = LogisticModel(found["weights"], found["intercepts"], strength=1.0, balance=0.0)
    return ApartHead(model, BlockScaling(found["mean"], found["size"]))
