"""Rows checked and cleaned by several processes, in the order of the file."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from wardspace.core.errors import CorpusError
from wardspace.corpus.notes import Examiner, Note, Unusable
from wardspace.corpus.readers import Row
from wardspace.corpus.spans import SpanTypes

if TYPE_CHECKING:
    from loky import ProcessPoolExecutor

_ROWS, _CHARACTERS = 256, 2**20
"""A chunk ends with the row that brings it to either."""
_AHEAD = 3
"""Chunks that wait for each process: enough that none idles, few enough that memory stays bounded."""
_ALONE = 2000
"""Rows that are examined without helpers: starting those takes as long as these."""


class Examined(NamedTuple):
    """A row's place, and what became of it."""

    number: int
    found: Note | Unusable


class _Chunk(NamedTuple):
    """What a process hands back."""

    rows: list[Examined]
    span_types: dict[str, SpanTypes]
    spans_dropped: int


class Examination:
    """Examines rows, the first few by itself and the rest with other processes; a context manager.

    What comes out does not depend on the number of processes.

    Parameters
    ----------
    examiner : Examiner
        Checks and cleans; it also keeps what it learns of the columns of spans.
    workers : int
        Processes besides this one; 0 for none.
    """

    def __init__(self, examiner: Examiner, workers: int) -> None:
        self._examiner = examiner
        self._workers = workers
        self._alone = _ALONE
        self._pool: ProcessPoolExecutor | None = None

    def examined(self, file: str, rows: Iterator[Row]) -> Iterator[Examined]:
        """Examine the rows of a file.

        Raises
        ------
        CorpusError
            If a process dies.
        """
        for row in islice(rows, self._alone if self._workers else None):
            self._alone -= 1
            yield Examined(row.number, self._examiner.examine(file, row))
        if self._workers:
            yield from self._helped(file, rows)

    def _helped(self, file: str, rows: Iterator[Row]) -> Iterator[Examined]:
        waiting: deque[Future[_Chunk]] = deque()
        chunks = _chunks(rows)
        last = 0
        try:
            for chunk in chunks:
                waiting.append(self._started().submit(_examine, file, chunk))
                if len(waiting) >= _AHEAD * self._workers:
                    yield from (done := self._taken(waiting.popleft()))
                    last = done[-1].number
            while waiting:
                yield from self._taken(waiting.popleft())
        except BrokenProcessPool as error:
            raise CorpusError(
                "a process that cleans notes died",
                where=f"{file}, after row {last}",
                fix="if the memory was exhausted set corpus.workers to fewer, or to 0",
            ) from error

    def _taken(self, waiting: Future[_Chunk]) -> list[Examined]:
        chunk = waiting.result()
        for name, types in chunk.span_types.items():
            self._examiner.span_types[name].merge(types)
        self._examiner.spans_dropped += chunk.spans_dropped
        return chunk.rows

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            from loky import ProcessPoolExecutor  # noqa: PLC0415 - small corpora never need it

            # loky: a forked child could inherit a lock that one of our threads holds, and Python's own way of starting
            # afresh runs the user's script again
            self._pool = ProcessPoolExecutor(self._workers, initializer=_begin, initargs=(self._examiner,))
        return self._pool

    def __enter__(self) -> Examination:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(kill_workers=error is not None)


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    characters = 0
    for row in rows:
        chunk.append(row)
        characters += sum(len(value) for value in row.values or () if isinstance(value, str))
        if len(chunk) >= _ROWS or characters >= _CHARACTERS:
            yield chunk
            chunk, characters = [], 0
    if chunk:
        yield chunk


def cores() -> int:
    """Cores that this process may use; 0 for a single one."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return count if count > 1 else 0


_examiner: Examiner | None = None
"""Of a helping process."""


def _begin(examiner: Examiner) -> None:
    global _examiner  # noqa: PLW0603 - a process pool hands its initialiser's outcome on in no other way
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    _examiner = examiner


def _examine(file: str, rows: list[Row]) -> _Chunk:
    assert _examiner is not None
    _examiner.span_types = {name: SpanTypes() for name in _examiner.span_types}
    _examiner.spans_dropped = 0
    found = [Examined(row.number, _examiner.examine(file, row)) for row in rows]
    return _Chunk(found, _examiner.span_types, _examiner.spans_dropped)
