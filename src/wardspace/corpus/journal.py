"""Files to which a person's work is added line by line, each on the disk at once: a killed process loses nothing."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from wardspace.core.errors import CorpusError, machine_faults

Line = TypeVar("Line", bound=BaseModel)


def read_journal(path: Path, model: type[Line], what: str) -> list[Line]:
    """All lines of a file in their order; a last line that was cut off is passed over.

    Parameters
    ----------
    path : Path
        A file of JSON lines.
    model : type
        What each line is.
    what : str
        Its name in an error.

    Raises
    ------
    CorpusError
        If a line is something else.
    """
    *lines, _ = path.read_bytes().split(b"\n")
    return [_read(line, model, what, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def _read(line: bytes, model: type[Line], what: str, where: str) -> Line:
    try:
        return model.model_validate_json(line)
    except ValidationError:
        # unchained: the error quotes the line
        raise CorpusError(
            f"a line that is no {what}", where=where, fix="restore the file, or take that line out"
        ) from None


class Journal(Generic[Line]):
    """Adds lines to a file; a context manager that holds it for one process.

    Parameters
    ----------
    path : Path
        The file; made, readable for its owner alone, if it is not there.
    model : type
        What each line is.
    what : str
        Its name in an error.
    busy : str
        What to say where another process holds the file.
    patience : float
        Seconds to wait for that process.

    Attributes
    ----------
    lines : list
        All lines so far.

    Raises
    ------
    CorpusError
        If another process holds the file, or a line of it is something else.
    """

    def __init__(self, path: Path, model: type[Line], *, what: str, busy: str, patience: float = 0) -> None:
        self.path = path
        with machine_faults(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=patience, mode=0o600)
            try:
                self._lock.acquire()
            except Timeout as error:
                raise CorpusError(busy, where=path, fix="close it (Ctrl-C) and start again") from error
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            # a line that a killed process did not finish would spoil the next
            os.truncate(self._handle, path.read_bytes().rfind(b"\n") + 1)
        self.lines = read_journal(path, model, what)

    def add(self, line: Line) -> None:
        """Write a line to the disk before anything else happens."""
        left = line.model_dump_json(exclude_defaults=True).encode() + b"\n"
        with machine_faults(self.path):
            size = os.fstat(self._handle).st_size
            try:
                while left:
                    left = left[os.write(self._handle, left) :]
                os.fsync(self._handle)
            except OSError:
                os.truncate(self._handle, size)
                raise
        self.lines.append(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)
        self._lock.release()
