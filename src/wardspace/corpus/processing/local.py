"""The engine of one machine: this process alone, or with others that it starts."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from wardspace.core.errors import CorpusError
from wardspace.core.processes import end_with
from wardspace.corpus.processing.chunks import Chunk, ExaminedChunk, chunks
from wardspace.corpus.processing.engine import ChunkRead, Event, SourceRead
from wardspace.corpus.processing.shards import Shards, unpacked
from wardspace.corpus.processing.work import Work
from wardspace.corpus.readers import Reader

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

_AHEAD = 3
"""Chunks that wait for each process: enough that none idles, few enough that memory stays bounded."""
_ALONE = 4
"""Chunks that are examined without helpers: starting those takes as long as these."""


class LocalEngine:
    """Examines chunks, the first few by itself and the rest with other processes.

    Parameters
    ----------
    workers : int
        Processes besides this one; 0 for none.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    @contextmanager
    def examined(self, readers: list[Reader], work: Work, shards: Shards) -> Generator[Iterator[Event]]:
        """See `Engine`."""
        run = _Run(self._workers, work, shards)
        try:
            yield run.examined(readers)
        except BaseException:
            run.close(kill=True)
            raise
        run.close(kill=False)


class _Run:
    def __init__(self, workers: int, work: Work, shards: Shards) -> None:
        self._workers, self._work, self._shards = workers, work, shards
        self._alone = _ALONE
        self._pool: ProcessPoolExecutor | None = None

    def examined(self, readers: list[Reader]) -> Iterator[Event]:
        for reader in readers:
            done = 0
            for examined in self._file(reader):
                yield ChunkRead(reader.name, examined, reader.position() - done)
                done = reader.position()
        yield SourceRead([warning for reader in readers for warning in reader.warnings])

    def _file(self, reader: Reader) -> Iterator[ExaminedChunk]:
        cut = chunks(reader.name, reader.rows())
        for chunk in islice(cut, self._alone if self._workers else None):
            self._alone -= 1
            yield self._shards.examined(self._work, chunk)
        if self._workers:
            yield from self._helped(reader.name, cut)

    def _helped(self, file: str, cut: Iterator[Chunk]) -> Iterator[ExaminedChunk]:
        waiting: deque[Future[bytes]] = deque()
        last = 0
        try:
            for chunk in cut:
                waiting.append(self._started().submit(_work_on, chunk))
                if len(waiting) >= _AHEAD * self._workers:
                    yield (done := unpacked(waiting.popleft().result()))
                    last = done.rows[-1].number
            while waiting:
                yield unpacked(waiting.popleft().result())
        except BrokenProcessPool as error:
            raise CorpusError(
                "a process that cleans notes died",
                where=f"{file}, after row {last}",
                fix="run again to go on from there; if the memory was exhausted set corpus.workers to fewer, or to 0",
            ) from error

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            from loky import ProcessPoolExecutor  # noqa: PLC0415 - small corpora never need it

            # loky: a forked child could inherit a lock that one of our threads holds, and Python's own way of starting
            # afresh runs the user's script again
            self._pool = ProcessPoolExecutor(
                self._workers,
                initializer=_begin,
                initargs=(os.getpid(), self._work, self._shards),
                env=_ENVIRONMENT,
            )
        return self._pool

    def close(self, *, kill: bool) -> None:
        if self._pool is not None:
            self._pool.shutdown(kill_workers=kill)


def cores() -> int:
    """Cores that this process may use; 0 for a single one."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count > 1 else 0


_ENVIRONMENT = {"TOKENIZERS_PARALLELISM": "false"}
"""Of helping processes: there is one for each core already."""
_job: tuple[Work, Shards] | None = None
"""Of a helping process."""


def _begin(parent: int, work: Work, shards: Shards) -> None:
    global _job  # noqa: PLW0603 - a process pool hands its initialiser's outcome on in no other way
    end_with(parent)
    for stop in (signal.SIGINT, signal.SIGTERM):  # they are for the process that asked
        signal.signal(stop, signal.SIG_IGN)
    _job = work, shards


def _work_on(chunk: Chunk) -> bytes:
    assert _job is not None
    work, shards = _job
    return shards.done(work, chunk)
