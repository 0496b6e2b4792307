"""A trained head in a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field, FiniteFloat, PositiveFloat

from wardspace.config import Question
from wardspace.models.heads.kept_heads import KeptHead
from wardspace.tasks.assertions.features import PARTS
from wardspace.tasks.assertions.fitted import FittedAssertions
from wardspace.tasks.assertions.head import EncodedHead, Head, Inputs
from wardspace.tasks.kept import KeptFit, check_shapes, damaged, load_fitted, run_fields, save_fitted
from wardspace.tasks.kind import RunKey
from wardspace.tasks.probes.scaling import Scaling


class KeptAssertions(KeptFit):
    """fitted.json of a head that answers the questions."""

    kind: Literal["assertions"] = "assertions"
    """Kind of task."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    """In the order of the probabilities."""
    thresholds: tuple[FiniteFloat, ...]
    """Probability from which each answer is yes."""
    rules: bool
    """Whether it reads the answers of the rules too."""
    size: PositiveFloat
    """What vectors are divided by."""


def save_assertions(fitted: FittedAssertions, folder: Path, run: RunKey) -> None:
    """Write a trained head into a folder of its own, with its encoder.

    Raises
    ------
    ValueError
        If it has none: the rules need no folder.
    ModelError
        If the folder holds something that is no model.
    """
    found = fitted.of_texts
    if not isinstance(found, EncodedHead):
        raise ValueError(f"{run.setting} has no head to keep")
    head, scaling = found.head, found.head.inputs.scaling
    about = KeptAssertions.model_validate(
        {
            **run_fields(run),
            "questions": fitted.questions,
            "thresholds": fitted.thresholds.tolist(),
            "rules": bool(head.inputs.rules),
            "size": scaling.size,
        }
    )
    weights = {"mean": scaling.mean, "weights": head.weights, "intercepts": head.intercepts}
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in weights.items()}
    save_fitted(folder, found.encoder, KeptHead(tensors, fitted.questions), about)


def load_assertions(folder: str | Path, *, device: str = "auto") -> FittedAssertions:
    """Open a head that a task has kept; it answers as it did when it was kept.

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
    encoder, kept, about = load_fitted(path, KeptAssertions, device)
    questions, width = len(about.questions), PARTS * encoder.dimension
    if kept.classes != about.questions or len(about.thresholds) != questions:
        raise damaged(path, "the head answers other questions than it says")
    rules = about.questions if about.rules else ()
    shapes = {"mean": (width,), "weights": (width + len(rules), questions), "intercepts": (questions,)}
    check_shapes(path, kept.weights, shapes)
    mean, weights, intercepts = (kept.weights[name].numpy() for name in ("mean", "weights", "intercepts"))
    head = Head(Inputs(Scaling(mean, about.size), rules), weights, intercepts)
    return FittedAssertions(EncodedHead(encoder, head), about.questions, np.array(about.thresholds))
