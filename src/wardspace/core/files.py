"""Files that are either whole or absent, and the hashes that name their content."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from wardspace.core.errors import machine_faults
from wardspace.core.processes import undisturbed

_LOCK, _NEW, _OLD = "wardspace.lock", "new", "old"
_SCRATCH = re.compile(r"\.(?P<target>.+)~[a-z0-9_]{8}")
"""Names of scratch folders: no name of a model or a study holds the tilde."""
_ATTEMPTS = 100


@contextmanager
def owner_only() -> Iterator[None]:
    """Let what is made in the block, by whatever library, be readable by its owner alone (the umask of the process)."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces `target` only if the block succeeds; only its owner can enter it.

    A kill, an error or Ctrl-C in the block leaves `target` as it was. See `scratch_folder` for what a kill leaves.
    """
    with scratch_folder(target) as scratch:
        yield scratch
        if target.exists():
            target.rename(scratch.with_name(_OLD))
        scratch.rename(target)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield where to write a file that replaces `path` only if the block succeeds; only its owner can read it.

    A reader sees the old file or the new one, never a part.
    """
    with scratch_folder(path) as scratch:
        new = scratch / path.name
        yield new
        new.chmod(0o600)
        with new.open("r+b") as handle:
            os.fsync(handle.fileno())  # else a power cut may leave the new name with nothing in it
        new.replace(path)


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder next to `target`, which only its owner can enter and which is gone after the block.

    A killed process leaves it, perhaps with text of notes; the next that makes one in the same folder removes it. A
    lock says whether a process still uses it: ids of processes are given again, in a container at every start.
    """
    with machine_faults(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        holder, lock = _held(target)
        try:
            scratch = holder / _NEW
            scratch.mkdir(mode=0o700)
            yield scratch
        finally:
            with undisturbed():  # else a second interrupt would leave text
                lock.release()
                _remove(holder, target)


def is_scratch(path: Path) -> bool:
    """Whether this is a scratch folder, in use or left by a killed process."""
    return _SCRATCH.fullmatch(path.name) is not None and path.is_dir()


def _held(target: Path) -> tuple[Path, FileLock]:
    """A new scratch folder and its lock, held."""
    for _ in range(_ATTEMPTS):
        holder = Path(tempfile.mkdtemp(prefix=f".{target.name}~", dir=target.parent))
        lock = FileLock(holder / _LOCK, timeout=0, mode=0o600)
        with suppress(Timeout, FileNotFoundError):  # swept by another process before it was locked
            lock.acquire()
            return holder, lock
    raise TimeoutError(f"no scratch folder in {target.parent}: other processes remove them")


def _sweep(parent: Path) -> None:
    """Remove scratch folders that no process holds."""
    for left in parent.glob(".*~*"):
        found = _SCRATCH.fullmatch(left.name)
        # of another user, or removed by another process at the same time
        with suppress(OSError, Timeout):
            if found and left.is_dir() and ((left / _LOCK).is_file() or not any(left.iterdir())):
                with FileLock(left / _LOCK, timeout=0):
                    pass
                _remove(left, parent / found["target"])


def _remove(holder: Path, target: Path) -> None:
    """Remove a scratch folder; a target that was set aside is put back if its successor never came."""
    old = holder / _OLD
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(holder, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole and for the owner alone; see `whole_file`."""
    with whole_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8")


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
