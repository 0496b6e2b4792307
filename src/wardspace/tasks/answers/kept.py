"""A reader in a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from wardspace.models.heads.kept_heads import KeptHead
from wardspace.objectives.supervised.answer_spans import SpanHead
from wardspace.tasks.answers.fitted import Decision, FittedReader
from wardspace.tasks.answers.linear import LinearSpans
from wardspace.tasks.answers.reading import Windowing, WindowReader
from wardspace.tasks.confidence import Scaled
from wardspace.tasks.kept import KeptFit, check_shapes, load_fitted, run_fields, save_fitted
from wardspace.tasks.kind import RunKey


class KeptScaling(BaseModel):
    """How confidence is scaled; see `Scaled`."""

    model_config = ConfigDict(extra="forbid")

    slope: FiniteFloat
    shift: FiniteFloat


class KeptReader(KeptFit):
    """fitted.json of a reader."""

    kind: Literal["answers"] = "answers"
    """Kind of task."""
    overlap: float = Field(ge=0, lt=1)
    """As in the task."""
    windows: int | None = Field(ge=1)
    """As in the task."""
    longest: int | None = Field(ge=1)
    """Most tokens of an answer."""
    weight: FiniteFloat = Field(0.0, ge=0)
    """What the words that question and window share count beside log probabilities."""
    threshold: FiniteFloat | None
    """Score from which on a question is answered; null answers all."""
    answered: KeptScaling
    """How the confidence in an answer is scaled."""
    silent: KeptScaling
    """How the confidence is scaled that there is none."""


def save_reader(reader: FittedReader, folder: Path, run: RunKey) -> None:
    """Write a reader of windows into a folder of its own.

    Raises
    ------
    ValueError
        If it has no head of its own.
    ModelError
        If the folder holds something that is no model.
    """
    read, decision = reader.read, reader.decision
    if not isinstance(read, WindowReader) or not isinstance(read.heads, LinearSpans):
        raise ValueError(f"{run.setting} has no head to keep")
    about = KeptReader.model_validate(
        {
            **run_fields(run),
            **read.how._asdict(),
            "weight": read.weight,
            "threshold": decision.threshold,
            "answered": decision.answered._asdict(),
            "silent": decision.silent._asdict(),
            "scripts": reader.scripts,
        }
    )
    save_fitted(folder, read.encoder, KeptHead(read.heads.state(), SpanHead.classes), about)


def load_reader(folder: str | Path, *, device: str = "auto") -> FittedReader:
    """Open a reader that a task has kept; it answers as it answered when it was kept.

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
    encoder, kept, about = load_fitted(path, KeptReader, device)
    ends = len(SpanHead.classes)
    check_shapes(path, kept.weights, {"weights": (encoder.dimension, ends), "bias": (ends,)})
    scaled = (Scaled(one.slope, one.shift) for one in (about.answered, about.silent))
    how = Windowing(about.overlap, about.windows, about.longest)
    read = WindowReader(encoder, LinearSpans.of(kept.weights), how, about.weight)
    return FittedReader(read, Decision(about.threshold, *scaled), scripts=about.scripts)
