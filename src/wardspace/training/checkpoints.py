"""Checkpoints of one phase of training: which are whole, which are kept."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from torch import nn

from wardspace.core.files import read_json, write_json

PREFIX = "checkpoint-"
_WEIGHTS = "model.safetensors"
_MARK = "progress.json"
_LITTLE = 64 * 2**20


@dataclass
class Progress:
    """What a checkpoint knows of the way so far.

    Parameters
    ----------
    seconds : float
        Wall-clock seconds spent up to it, interruptions left out.
    positions : int
        Positions the encoder has read, padding counted.
    """

    seconds: float = 0.0
    positions: int = 0


def checkpoints(folder: Path) -> list[Path]:
    """Whole checkpoints, oldest first. The mark is written last, so a checkpoint without one was cut short."""
    return sorted((path.parent for path in folder.glob(f"{PREFIX}*/{_MARK}")), key=_step)


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint; those cut short are removed."""
    whole = checkpoints(folder)
    for path in folder.glob(f"{PREFIX}*"):
        if path not in whole:
            shutil.rmtree(path)
    return whole[-1] if whole else None


def last_good(folder: Path) -> str:
    """Name of the newest whole checkpoint, for messages."""
    return str(next(reversed(checkpoints(folder)), "none yet"))


def mark(checkpoint: Path, progress: Progress) -> None:
    """Declare a checkpoint whole."""
    write_json(checkpoint / _MARK, asdict(progress))


def marked_progress(checkpoint: Path) -> Progress:
    """What a whole checkpoint knows."""
    return Progress(**read_json(checkpoint / _MARK))


def keep_only(folder: Path, best: str | None) -> None:
    """Keep the newest checkpoint (to go on from) and the best one (to end with)."""
    for path in checkpoints(folder)[:-1]:
        if best is None or path != Path(best):
            shutil.rmtree(path)


def save_weights(model: nn.Module, folder: Path) -> None:
    """Write all weights of a module; tensors that modules share are written once."""
    folder.mkdir(parents=True, exist_ok=True)
    with full_disk(folder):
        save_model(model, str(folder / _WEIGHTS))


def load_weights(model: nn.Module, folder: Path) -> None:
    """Read weights back into a module of the same kind.

    Raises
    ------
    RuntimeError
        If a tensor is missing or too many (the folder belongs to another model).
    """
    load_model(model, folder / _WEIGHTS)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Name a full disk as such: torch and safetensors report it as an error of their own."""
    try:
        yield
    except (RuntimeError, SafetensorError) as error:
        if shutil.disk_usage(folder).free > _LITTLE:
            raise
        raise OSError(errno.ENOSPC, "No space left on device", str(folder)) from error


def _step(path: Path) -> int:
    return int(path.name.removeprefix(PREFIX))
