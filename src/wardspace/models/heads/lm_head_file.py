"""The language-model head of an adapted encoder, stored next to it for the privacy audit."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from wardspace.core.errors import ModelError
from wardspace.models.language_model import LanguageModel

HEAD_FILE = "masked-head.safetensors"
"""In the model folder. Sentence-Transformers passes it over, and an export leaves it behind."""


def save_head(masked: LanguageModel, folder: Path) -> None:
    """Write the head's own weights into the folder of its encoder; a head that nothing has trained is not kept."""
    own = _own(masked)
    if own and not masked.head_is_new:  # a head that is all shared with the encoder has nothing of its own
        save_file(own, folder / HEAD_FILE)


def load_head(masked: LanguageModel, folder: Path) -> bool:
    """Put a kept head on an encoder of the same family and size.

    Parameters
    ----------
    masked : LanguageModel
        The encoder; its head is replaced.
    folder : Path
        Where the head was kept.

    Returns
    -------
    bool
        Whether there was one.

    Raises
    ------
    ModelError
        If the file is damaged, or of another model.
    """
    path = folder / HEAD_FILE
    if not path.is_file():
        return False
    try:
        kept = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelError("damaged masked-word head", where=path, fix="adapt the model again") from error
    own = _own(masked, copied=False)
    if {name: value.shape for name, value in own.items()} != {name: value.shape for name, value in kept.items()}:
        raise ModelError("this masked-word head is of another model", where=path, fix="adapt the model again")
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(kept[name])
    masked.head_is_new = False
    return True


def _own(masked: LanguageModel, *, copied: bool = True) -> dict[str, torch.Tensor]:
    own = {id(parameter) for parameter in masked.head_parameters()}
    named = {name: p.detach() for name, p in masked.model.named_parameters() if id(p) in own}
    return {name: value.cpu().clone() for name, value in named.items()} if copied else named
