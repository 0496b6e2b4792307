"""The work folder of one model: which phases are done, and the weights after the last of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from wardspace.core.files import digest, read_json, whole_folder, write_json
from wardspace.encoders import MaskedModel
from wardspace.training.checkpoints import load_weights, save_weights
from wardspace.training.phase import PhaseRecord
from wardspace.training.processes import Processes

_DONE = "done"
_RECORDS = "phases.json"
_SETTINGS = "settings.json"


class Ledger:
    """Phases done so far, kept beside the model folder until the model is finished.

    A work folder made with other settings, notes or base is of no use to this model and is started afresh.

    Parameters
    ----------
    folder : Path
        Where the finished model will stand; the work folder is its hidden neighbour.
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
        self.records = [PhaseRecord.of(values) for values in read_json(done)] if done.is_file() else []

    def load(self, masked: MaskedModel) -> None:
        """Put the weights after the last phase done, if any, into the model."""
        if self.records:
            load_weights(masked, self.folder / _DONE)

    def add(self, record: PhaseRecord, masked: MaskedModel) -> None:
        """Store the outcome of a phase: the record and the weights, both or neither."""
        self.records.append(record)
        if self.processes.first:
            with whole_folder(self.folder / _DONE) as scratch:
                save_weights(masked, scratch)
                write_json(scratch / _RECORDS, [known.as_dict() for known in self.records])
        self.processes.wait()

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
