"""Checkpoints of one phase of training: which are whole, which are kept."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_model, save_model
from torch import nn

from wardspace.core.files import digest, read_json, whole_folder, write_json
from wardspace.models import LanguageModel
from wardspace.models.heads.kept_heads import KeptHeads, load_heads, save_heads
from wardspace.training.phase import TrainingRecord
from wardspace.training.weights.processes import Processes

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


_DONE = "done"
_RECORDS = "phases.json"
_SETTINGS = "settings.json"


class Ledger:
    """Phases done so far, kept next to the model folder until the model is finished.

    A work folder made with other settings, notes or base is of no use to this model and is started afresh.

    Parameters
    ----------
    folder : Path
        Where the finished model will be; the work folder is its hidden neighbour.
    settings : dict
        Everything that the outcome depends on.
    processes : Processes
        Who trains together: the first writes, all read.
    fresh : bool
        Start afresh in any case.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], processes: Processes, *, fresh: bool = False) -> None:
        self.folder = folder.parent / f".{folder.name}-work"
        self.processes = processes
        if processes.first:
            self._open({"settings": digest(settings)}, fresh=fresh)
        processes.wait()
        done = self.folder / _DONE / _RECORDS
        self.records = [TrainingRecord.of(values) for values in read_json(done)] if done.is_file() else []
        self.heads = load_heads(self.folder / _DONE)

    def load(self, masked: LanguageModel) -> None:
        """Put the weights after the last phase done, if any, into the model."""
        if self.records:
            load_weights(masked, self.folder / _DONE)

    def add(self, record: TrainingRecord, masked: LanguageModel, heads: KeptHeads) -> None:
        """Store the outcome of a phase: the record, the weights and the objectives' heads, all or none."""
        self.records.append(record)
        self.heads = heads
        if self.processes.first:
            with whole_folder(self.folder / _DONE) as scratch:
                save_weights(masked, scratch)
                save_heads(heads, scratch)
                write_json(scratch / _RECORDS, [known.as_dict() for known in self.records])
        self.processes.wait()

    def clear(self, folder: Path) -> None:
        """Remove the checkpoints of a phase whose outcome is stored."""
        if self.processes.first:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the work folder."""
        if self.processes.first:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self, name: dict[str, str], *, fresh: bool) -> None:
        if self.folder.exists() and (fresh or _stored(self.folder / _SETTINGS) != name):
            shutil.rmtree(self.folder)
        if not self.folder.exists():
            write_json(self.folder / _SETTINGS, name)


def _stored(path: Path) -> Any:
    return read_json(path) if path.is_file() else None
