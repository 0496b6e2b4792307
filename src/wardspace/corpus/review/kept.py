"""The file of judgements: one line each, added at once, so that a killed process loses nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout
from pydantic import ValidationError

from wardspace.core.errors import CorpusError, machine_faults
from wardspace.corpus.review.judgement import Judgement

Key = tuple[str, str]
"""Id of a note and digest of its text."""


def read_judgements(path: Path) -> list[Judgement]:
    """All judgements of a file in their order; a last line that was cut off is passed over.

    Raises
    ------
    CorpusError
        If there is no such file, or a line of it is no judgement.
    """
    if not path.is_file():
        raise CorpusError(
            "no such file of judgements",
            where=path,
            fix="name the review.jsonl of a run in corpus.deidentify.review, or leave that key null",
        )
    *lines, _ = path.read_bytes().split(b"\n")
    return [_read(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)]


def _read(line: bytes, where: str) -> Judgement:
    try:
        return Judgement.model_validate_json(line)
    except ValidationError:
        # unchained: the error quotes the line
        raise CorpusError(
            "a line that is no judgement", where=where, fix="restore the file, or take that line out"
        ) from None


def latest(judgements: Iterable[Judgement]) -> dict[Key, Judgement]:
    """What was said last of each note."""
    return {(said.note_id, said.text): said for said in judgements}


def latest_done(judgements: Iterable[Judgement]) -> dict[Key, Judgement]:
    """What was said of each note when it was last marked as done: opening it again takes nothing back."""
    return latest(said for said in judgements if said.done)


class JudgementFile:
    """Adds judgements to a file; a context manager that holds it for one process.

    Parameters
    ----------
    path : Path
        The file; made, readable for its owner alone, if it is not there.

    Raises
    ------
    CorpusError
        If another process holds the file, or a line of it is no judgement.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with machine_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0, mode=0o600)
            try:
                self._lock.acquire()
            except Timeout as error:
                raise CorpusError(
                    "another review of this run is open", where=path, fix="close it (Ctrl-C) and start again"
                ) from error
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            # a line that a killed process did not finish would spoil the next
            os.truncate(self._handle, path.read_bytes().rfind(b"\n") + 1)
        self.judgements = read_judgements(path)

    def add(self, said: Judgement) -> None:
        """Write a judgement to the disk before anything else happens."""
        line = said.model_dump_json(exclude_defaults=True).encode() + b"\n"
        with machine_faults(self.path):
            size = os.fstat(self._handle).st_size
            try:
                while line:
                    line = line[os.write(self._handle, line) :]
                os.fsync(self._handle)
            except OSError:
                os.truncate(self._handle, size)
                raise
        self.judgements.append(said)

    def __enter__(self) -> JudgementFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._handle)
        self._lock.release()
