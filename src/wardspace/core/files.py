"""Files that are either whole or absent, and the hashes that name their content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from wardspace.core.errors import machine_faults


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield an empty sibling folder that replaces `target` only if the block succeeds.

    A kill, an error or Ctrl-C in the block leaves `target` as it was. What a killed process left next to it is
    swept up by the next one: it may hold text of notes.
    """
    with scratch_folder(target) as scratch:
        yield scratch
        old = scratch.with_name(f"{scratch.name}-old")
        if target.exists():
            target.rename(old)
        scratch.rename(target)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Yield an empty sibling folder of `target`, gone after the block; what a killed process left is swept up."""
    with machine_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-{os.getpid()}-", dir=target.parent))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove scratch folders of dead processes; a folder set aside is put back if its successor never came."""
    for left in target.parent.glob(f".{target.name}-*-*"):
        pid = left.name.removeprefix(f".{target.name}-").split("-")[0]
        if not pid.isdigit() or psutil.pid_exists(int(pid)):
            continue
        if left.name.endswith("-old") and not target.exists():
            left.rename(target)
        else:
            shutil.rmtree(left, ignore_errors=True)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` as UTF-8 so that a reader sees the old file or the new one, never a part.

    A private file can be read by its owner alone, from its first byte on.
    """
    with machine_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            if private:
                scratch.unlink(missing_ok=True)
                scratch.touch(mode=0o600, exist_ok=False)
            with scratch.open("w", encoding="utf-8") as handle:
                handle.write(text)
                handle.flush()
                os.fsync(handle.fileno())  # else a power cut may leave the new name with nothing in it
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys (equal values give equal files)."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def digest(value: Any) -> str:
    """SHA-256 of a JSON-serialisable value, as 16 hex digits: the name of a stage's inputs."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, as 16 hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()[:16]


class Writer(ABC):
    """A context manager that writes in batches: the last one only if its block ends well; it is closed in any case."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._flush()
        self._close()

    @abstractmethod
    def _flush(self) -> None:
        """Write what is waiting."""

    @abstractmethod
    def _close(self) -> None:
        """Close what was opened."""
