"""Heads of objectives and tasks, kept in the folder of the model that they were trained with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from wardspace.core.errors import ModelError

HEADS_FILE = "heads.safetensors"
"""In the model folder. Sentence-Transformers passes it over."""
_CLASSES = "classes"


@dataclass(frozen=True)
class KeptHead:
    """A head without its module.

    Parameters
    ----------
    weights : dict of str to Tensor
        Its state, as `state_dict` gives it.
    classes : tuple of str
        Names of what it scores, in order; empty where it is no classifier.
    """

    weights: dict[str, torch.Tensor]
    classes: tuple[str, ...] = ()


KeptHeads = dict[str, KeptHead]
"""Heads by name."""


def save_heads(heads: KeptHeads, folder: Path) -> None:
    """Write heads into a model folder; without any, no file is written."""
    if not heads:
        return
    tensors = {f"{name}/{key}": value for name, head in heads.items() for key, value in head.weights.items()}
    classes = {name: list(head.classes) for name, head in heads.items()}
    save_file(tensors, folder / HEADS_FILE, metadata={_CLASSES: json.dumps(classes)})


def load_heads(folder: Path) -> KeptHeads:
    """Read the heads of a model folder; none where nothing was kept.

    Raises
    ------
    ModelError
        If the file is damaged.
    """
    path = folder / HEADS_FILE
    if not path.is_file():
        return {}
    try:
        with safe_open(path, framework="pt") as file:
            classes = json.loads(file.metadata()[_CLASSES])
            heads = {name: KeptHead({}, tuple(names)) for name, names in classes.items()}
            for name in file.keys():  # noqa: SIM118 - no mapping
                owner, _, key = name.rpartition("/")
                heads[owner].weights[key] = file.get_tensor(name)
    except (OSError, SafetensorError, AttributeError, TypeError, KeyError, ValueError) as error:
        raise ModelError("damaged heads", where=path, fix="adapt the model again") from error
    return heads
