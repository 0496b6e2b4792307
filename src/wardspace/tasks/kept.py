"""A fitted setting in a folder of its own: the encoder, the head on it, and what else its predictions depend on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict, ValidationError

from wardspace.core.errors import ModelError
from wardspace.core.files import whole_folder, write_text
from wardspace.core.version import __version__
from wardspace.models import Encoder
from wardspace.models.files.saving import check_target
from wardspace.models.heads.kept_heads import KeptHead, load_heads, save_heads
from wardspace.objectives.heads import TwoLayerHead
from wardspace.tasks.kind import RunKey

FITTED_FILE = "fitted.json"
"""In the folder of the encoder. Sentence-Transformers passes it over."""
_HEAD = "task"

CARD = """---
library_name: wardspace
tags: [clinical]
---

What wardspace fitted for the task `{task}` on the model `{model}` (setting `{setting}`, seed {seed}, all labels): the
encoder, the head in `heads.safetensors` and its options in `fitted.json`. `wardspace extract` reads it.

These weights learned from patients' notes. Protect them as you protect the notes.
"""


class KeptFit(BaseModel):
    """fitted.json: what every kind of task says of a fitted setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    """Kind of task."""
    task: str
    """Name of the task."""
    model: str
    """Name of the model that it was fitted on."""
    setting: str
    """Name of the setting."""
    seed: int
    """Its seed."""
    scripts: tuple[str, ...] = ()
    """Scripts of the notes that it was calibrated on: what is written in others it cannot read."""
    version: Literal[1] = 1
    """Version of the folder's layout; raised when an older reader would misread it."""
    wardspace: str = __version__
    """Version that wrote it."""


class AnyFit(KeptFit):
    """fitted.json of any kind: what one reads to know the kind."""

    model_config = ConfigDict(extra="ignore", frozen=True)


F = TypeVar("F", bound=KeptFit)


def run_fields(run: RunKey) -> dict[str, str | int]:
    """What fitted.json says of a run."""
    return {"task": run.task, "model": run.model, "setting": run.setting, "seed": run.seed}


def save_fitted(folder: Path, encoder: Encoder, head: KeptHead, about: KeptFit) -> None:
    """Write a fitted setting, whole and for the owner alone.

    Raises
    ------
    ModelError
        If the folder holds something that is no model.
    """
    check_target(folder)
    with whole_folder(folder) as scratch:
        encoder.save(scratch, CARD.format(**about.model_dump()))
        save_heads({_HEAD: head}, scratch)
        write_text(scratch / FITTED_FILE, about.model_dump_json(indent=2) + "\n")


def read_about(folder: Path, form: type[F]) -> F:
    """Read fitted.json.

    Raises
    ------
    ModelError
        If there is none, or it does not have the form.
    """
    path = folder / FITTED_FILE
    try:
        return form.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(
            "no fitted setting in this folder",
            where=folder,
            fix="give a folder RUN/models/TASK-MODEL-SETTING that a task with `keep: true` has written",
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise damaged(path, f"{place}: {first['msg']}" if place else first["msg"]) from error


def load_fitted(folder: Path, form: type[F], device: str = "auto") -> tuple[Encoder, KeptHead, F]:
    """Open a fitted setting; no code in the folder is run.

    Raises
    ------
    ModelError
        If a file is absent, damaged, or of another kind.
    """
    about = read_about(folder, form)
    head = load_heads(folder).get(_HEAD)
    if head is None or not all(bool(torch.isfinite(value).all()) for value in head.weights.values()):
        raise damaged(folder, "the head is missing or not finite")
    return Encoder.load(folder, device=device), head, about


_GAIN = "gain"


def two_layer_weights(head: TwoLayerHead) -> dict[str, torch.Tensor]:
    """Weights of a two-layer head as they are stored."""
    weights = {name: value.detach().cpu().clone() for name, value in head.state_dict().items()}
    return {**weights, _GAIN: torch.tensor([head.gain], dtype=torch.float64)}


def two_layer_head(
    folder: Path, weights: Mapping[str, torch.Tensor], width: int, classes: int, *, several: bool = False
) -> TwoLayerHead:
    """The head of such weights, which are of vectors of this width.

    Raises
    ------
    ModelError
        If they are others.
    """
    head = TwoLayerHead(np.zeros(width, np.float32), 1.0, classes, several=several)
    state = {name: tuple(value.shape) for name, value in head.state_dict().items()}
    check_shapes(folder, weights, {**state, _GAIN: (1,)})
    head.load_state_dict({name: weights[name] for name in state})
    head.gain = float(weights[_GAIN][0])
    return head.eval()


def check_shapes(folder: Path, found: Mapping[str, torch.Tensor], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse a head whose tensors are others than its options say.

    Raises
    ------
    ModelError
        If a name or a shape differs.
    """
    shapes = {name: tuple(value.shape) for name, value in found.items()}
    if shapes != dict(wanted):
        other = sorted(name for name in {*shapes, *wanted} if shapes.get(name) != wanted.get(name))
        raise damaged(folder, f"the head does not fit the encoder and {FITTED_FILE} ({', '.join(other)})")


def damaged(where: Path, what: str) -> ModelError:
    """A folder that cannot be used as it is."""
    return ModelError(f"damaged folder of a fitted setting: {what}", where=where, fix="fit it again, or copy it whole")
