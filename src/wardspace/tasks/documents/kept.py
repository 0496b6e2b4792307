"""A classifier of notes in a folder, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, FiniteFloat

from wardspace.config.fields import SourceKey
from wardspace.models import Encoder
from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.fields.filler import ReadNote
from wardspace.tasks.fields.values import Value
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
from wardspace.tasks.probes.head import head_probabilities
from wardspace.tasks.probes.scaling import Scaling

_MEAN, _SIZE = "scaling_mean", "scaling_size"


class KeptClassifier(KeptFit):
    """fitted.json of a classifier."""

    kind: Literal["classification"] = "classification"
    """Kind of task."""
    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    """Classes in the order of their numbers."""
    thresholds: tuple[FiniteFloat, ...] | None
    """Probability from which on a note has each label, where it may have several."""


@dataclass(frozen=True)
class TextClassifier:
    """A classifier that reads texts.

    Attributes
    ----------
    encoder : Encoder
        Makes vectors of texts.
    head : TwoLayerHead
        Classifies them.
    classes : tuple of str
        Names in the order of the probabilities.
    thresholds : float64 [classes] or None
        As in `FittedClassifier`.
    scripts : tuple of str
        Scripts of the texts that it learned from; see `wardspace.corpus.note.scripts`.
    scaling : Scaling, optional
        Applied to the vectors first.
    """

    encoder: Encoder
    head: TwoLayerHead
    classes: tuple[str, ...]
    thresholds: NDArray[np.float64] | None = None
    scripts: tuple[str, ...] = ()
    scaling: Scaling | None = None
    source: ClassVar[SourceKey] = "classification"
    names: ClassVar[None] = None

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> list[list[Value]]:
        """The class, or the labels, of each note as values of fields; `asked` is the name of its task."""
        (task,) = asked
        classes = self.labels([note.text for note in notes])
        return [[Value(name, None, None, sure, task) for name, sure in own] for own in classes]

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Probability of each class, float32 [n, classes]."""
        vectors = self.encoder.encode(texts, show_progress=False)
        return head_probabilities(self.head, self.scaling.apply(vectors) if self.scaling else vectors)

    def labels(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """The likeliest class of each text, or all labels over their thresholds, with the probability of each."""
        if not texts:
            return []
        found = self.probabilities(texts)
        if self.thresholds is None:
            return [[(self.classes[int(row.argmax())], float(row.max()))] for row in found]
        return [[(self.classes[at], float(row[at])) for at in np.flatnonzero(row >= self.thresholds)] for row in found]

    def save(self, folder: Path, run: RunKey) -> None:
        """Write it into a folder of its own; see `load_classifier`."""
        about = KeptClassifier.model_validate(
            {
                **run_fields(run),
                "classes": self.classes,
                "thresholds": None if self.thresholds is None else self.thresholds.tolist(),
                "scripts": self.scripts,
            }
        )
        weights = two_layer_weights(self.head)
        if self.scaling is not None:
            weights[_MEAN] = torch.tensor(self.scaling.mean)
            weights[_SIZE] = torch.tensor([self.scaling.size], dtype=torch.float64)
        save_fitted(folder, self.encoder, KeptHead(weights, self.classes), about)


def load_classifier(folder: str | Path, *, device: str = "auto") -> TextClassifier:
    """Open a classifier that a task has kept.

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
    encoder, kept, about = load_fitted(path, KeptClassifier, device)
    if kept.classes != about.classes or (about.thresholds and len(about.thresholds) != len(about.classes)):
        raise damaged(path, "the head scores other classes")
    several = about.thresholds is not None
    scaled = {name: kept.weights[name] for name in (_MEAN, _SIZE) if name in kept.weights}
    own = {name: value for name, value in kept.weights.items() if name not in scaled}
    head = two_layer_head(path, own, encoder.dimension, len(about.classes), several=several)
    check_shapes(path, scaled, {_MEAN: (encoder.dimension,), _SIZE: (1,)} if scaled else {})
    scaling = Scaling(scaled[_MEAN].numpy(), float(scaled[_SIZE][0])) if scaled else None
    thresholds = None if about.thresholds is None else np.array(about.thresholds)
    return TextClassifier(encoder, head.to(encoder.device), about.classes, thresholds, about.scripts, scaling)
