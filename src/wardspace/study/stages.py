"""A stage runs once for the same inputs: its record names them by their content."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wardspace.core.errors import machine_faults
from wardspace.core.files import digest, file_digest, read_json, write_json
from wardspace.core.progress import say
from wardspace.core.version import __version__
from wardspace.study.folder import RunFolder

LATER = ("README.md", "audit.json")
"""What later steps write into the folder of a model: its card, and what an audit found."""


class RunLog:
    """Appends one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, **values: str | float | int | None) -> None:
        """Add a line with the time, the event and its values."""
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **values}
        with machine_faults(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(line) + "\n")


class Stages:
    """Runs stages and remembers them.

    Parameters
    ----------
    folder : RunFolder
        Where records are kept.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.log = RunLog(folder.log)

    def once(self, name: str, inputs: Any, outputs: Sequence[Path], work: Callable[[], Any]) -> tuple[str, Any]:
        """Run `work` unless it ran with equal inputs and its outputs are unchanged.

        Parameters
        ----------
        name : str
            Name of the stage, e.g. `adapt/mlm`.
        inputs : JSON-serialisable
            Everything the outcome depends on.
        outputs : sequence of Path
            Files or folders that the stage writes, in the run folder.
        work : callable
            Does the work; what it returns (JSON-serialisable) is kept in the record.

        Returns
        -------
        key : str
            Digest of the inputs, to be an input of later stages.
        result
            What `work` returned, now or then.
        """
        key = _key(name, inputs)
        record = self.folder.stage(name)
        if self.stands(name, inputs, outputs):
            self.log.write("kept", stage=name)
            return key, read_json(record)["result"]
        self.log.write("started", stage=name)
        say(f"• {name}")
        start = time.perf_counter()
        with _record_aside(record, outputs):
            result = work()
        seconds = round(time.perf_counter() - start, 2)
        written = {str(path.relative_to(self.folder.path)): _content(path) for path in _files(outputs)}
        write_json(record, {"key": key, "seconds": seconds, "result": result, "outputs": written})
        self.log.write("finished", stage=name, seconds=seconds)
        return key, result

    def key(self, name: str, inputs: Any) -> str:
        """What `once` names these inputs of a stage by."""
        return _key(name, inputs)

    def stands(self, name: str, inputs: Any, outputs: Sequence[Path]) -> bool:
        """Whether a stage ran with equal inputs and its outputs are still as it left them; see `once`."""
        found = _read(self.folder.stage(name))
        if found.get("key") != _key(name, inputs) or not all(path.exists() for path in outputs):
            return False
        changed = next((path for path, content in found["outputs"].items() if self._changed(path, content)), None)
        if changed is not None:
            say(f"  {self.folder.path / changed} is not as {name} wrote it: {name} runs again")
        return changed is None

    def _changed(self, path: str, written: Sequence[Any]) -> bool:
        """Whether a file has another content: by size and time, and by its hash where the time alone differs."""
        file = self.folder.path / path
        if not file.is_file() or file.stat().st_size != written[0]:
            return True
        return file.stat().st_mtime_ns != written[1] and file_digest(file) != str(written[2])


def _read(record: Path) -> dict[str, Any]:
    """A record; empty where there is none, or where a power cut left a part of it."""
    try:
        found = read_json(record)
    except (FileNotFoundError, ValueError):
        return {}
    whole = isinstance(found, dict) and {"key", "result", "outputs"} <= found.keys()
    return found if whole else {}


def _files(outputs: Sequence[Path]) -> Iterator[Path]:
    """Every file among some outputs, without what later steps write into a model's folder."""
    for path in outputs:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in inside if file.is_file() and file.name not in LATER)


def _content(path: Path) -> tuple[int, int, str]:
    """Size, time of the last change and hash."""
    about = path.stat()
    return about.st_size, about.st_mtime_ns, file_digest(path)


@contextmanager
def _record_aside(record: Path, outputs: Sequence[Path]) -> Iterator[None]:
    """Without the record of a stage while its outputs may change; back where the work failed before any had."""
    before, aside = _stamps(outputs), record.with_name(f".{record.name}-before")
    if record.is_file():
        record.rename(aside)
    try:
        yield
    except BaseException:
        if aside.is_file() and _stamps(outputs) == before:
            aside.rename(record)
        raise
    finally:
        aside.unlink(missing_ok=True)


def _stamps(outputs: Sequence[Path]) -> list[tuple[int, int] | None]:
    """Which file each output is, and when it was written."""
    found = [path.stat() if path.exists() else None for path in outputs]
    return [None if one is None else (one.st_ino, one.st_mtime_ns) for one in found]


def _key(name: str, inputs: Any) -> str:
    return digest({"stage": name, "inputs": inputs, "wardspace": __version__})
