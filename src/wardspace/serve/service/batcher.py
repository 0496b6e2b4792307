"""Texts of many requests, read together: windows fill batches by tokens, and no request waits for a long one."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    Vectors = NDArray[np.float32]
    Windows = Sequence[NDArray[np.int32]]

_ALIKE = 0.5
"""Least share of the longest window of a batch that its shortest has: at most half of a batch is padding."""
_FORGETTING = 0.1
"""Weight of the last batch in the measured speed."""
_FIRST_GUESS = 2000.0
"""Tokens a second before anything is measured."""


class WindowEncoder(Protocol):
    """What reads windows: an `Encoder`, or the same model in another format."""

    normalise: bool

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def specials(self) -> int:
        """Special tokens of a window."""
        ...

    @property
    def pass_tokens(self) -> int:
        """Most tokens of a batch."""
        ...

    def windows(self, texts: Sequence[str]) -> Sequence[Windows]:
        """The windows of each text, int32 [t]."""
        ...

    def embed_windows(self, pieces: Windows, *, precision: str = "auto") -> Vectors:
        """Vectors of windows, float32 [pieces, d], not normalised."""
        ...


class QueueFullError(Exception):
    """There is no room for a request now.

    Parameters
    ----------
    seconds : float
        After which there should be.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the queue is full; try again in {seconds:.0f} s")
        self.seconds = seconds


class Job:
    """A request that is being read: its windows, and what has come of them."""

    def __init__(self, texts: Sequence[Windows], dimension: int, specials: int) -> None:
        self.future: Future[Vectors] = Future()
        self.windows = [window for text in texts for window in text]
        self.owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        self.lengths = [len(window) + specials for window in self.windows]
        self.tokens = self.left_tokens = sum(self.lengths)
        self.taken = 0
        self._left = len(self.windows)
        self._sums = np.zeros((len(texts), dimension), dtype=np.float32)
        self._weights = np.zeros(len(texts), dtype=np.float32)

    @property
    def waiting(self) -> bool:
        """Whether windows are left that nobody has taken, and somebody wants them."""
        return self.taken < len(self.windows) and not self.future.done()

    def add(self, place: int, vector: Vectors) -> None:
        """Take the vector of a window; the last one completes the job."""
        weight = max(self.lengths[place], 1)
        self._sums[self.owners[place]] += vector * weight
        self._weights[self.owners[place]] += weight
        self._left -= 1
        self.left_tokens -= self.lengths[place]
        if not self._left and self.future.set_running_or_notify_cancel():
            self.future.set_result(self._sums / self._weights[:, None])

    def fail(self, error: Exception) -> None:
        """Give up; whoever waits gets the error."""
        if not self.future.done() and self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class Batcher:
    """Reads the windows of all requests that wait, in turns, with one thread of its own.

    A turn takes windows from every request in the order of a circle, until a batch is full. So a request of one
    sentence waits for one batch, not for the ten thousand notes before it. An error costs the request that caused it:
    the windows of a batch that fails are read again, request by request.

    Parameters
    ----------
    encoder : WindowEncoder
        The model.
    queue_tokens : int
        Tokens that may wait. A request that finds nobody waiting is taken whatever its length.
    precision : str
        As for `Encoder.encode`.
    watch : callable, optional
        Called after each batch with its tokens and seconds.
    """

    def __init__(
        self,
        encoder: WindowEncoder,
        queue_tokens: int,
        precision: str = "auto",
        watch: Callable[[int, float], None] | None = None,
    ) -> None:
        self._encoder, self._precision, self._watch = encoder, precision, watch
        self.queue_tokens = queue_tokens
        self._circle: deque[Job] = deque()
        self._jobs: set[Job] = set()
        self._wake = threading.Condition()
        self._closed = False
        self._speed = _FIRST_GUESS
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    @property
    def waiting_tokens(self) -> int:
        """Tokens of windows that are not read yet."""
        with self._wake:
            return self._waiting()

    @property
    def alive(self) -> bool:
        """Whether its thread reads."""
        return self._thread.is_alive()

    def submit(self, texts: Sequence[Windows]) -> Job:
        """Queue a request; its `future` gives float32 [texts, d], not normalised. Cancelling it takes it out.

        Raises
        ------
        QueueFullError
            If it would wait behind more than `queue_tokens` tokens with its own.
        """
        job = Job(texts, self._encoder.dimension, self._encoder.specials)
        with self._wake:
            if self._closed:
                raise QueueFullError(1.0)
            waiting = self._waiting()
            if waiting and waiting + job.tokens > self.queue_tokens:
                raise QueueFullError(max(1.0, waiting / self._speed))
            if not job.windows:
                job.future.set_result(np.zeros((0, self._encoder.dimension), dtype=np.float32))
                return job
            self._jobs.add(job)
            self._circle.append(job)
            self._wake.notify()
        job.future.add_done_callback(lambda _: self._forget(job))
        return job

    def close(self) -> None:
        """Answer what waits, then end; nothing new is taken."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _waiting(self) -> int:
        return sum(job.left_tokens for job in self._jobs)

    def _forget(self, job: Job) -> None:
        with self._wake:
            self._jobs.discard(job)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._circle or self._closed)
                if not self._circle:
                    return
                turn = self._turn()
            for batch in alike(turn, self._encoder.pass_tokens):
                self._read(batch)

    def _turn(self) -> list[tuple[Job, int]]:
        """Windows for a batch, an equal share of each request that waits."""
        turn: list[tuple[Job, int]] = []
        room = self._encoder.pass_tokens
        while self._circle and room > 0:
            job = self._circle.popleft()
            if not job.waiting:
                continue
            turn.append((job, job.taken))
            room -= job.lengths[job.taken]
            job.taken += 1
            if job.waiting:
                self._circle.append(job)
        return turn

    def _read(self, batch: Sequence[tuple[Job, int]]) -> None:
        before = time.perf_counter()
        try:
            vectors = self._vectors(batch)
        except Exception as error:
            self._apart(batch, error)
            return
        for (job, place), vector in zip(batch, vectors, strict=True):
            job.add(place, vector)
        seconds, tokens = time.perf_counter() - before, sum(job.lengths[place] for job, place in batch)
        self._speed += _FORGETTING * (tokens / max(seconds, 1e-6) - self._speed)
        if self._watch is not None:
            self._watch(tokens, seconds)

    def _apart(self, batch: Sequence[tuple[Job, int]], error: Exception) -> None:
        jobs = list(dict.fromkeys(job for job, _ in batch))
        if len(jobs) == 1:
            jobs[0].fail(error)
            return
        for job in jobs:
            self._read([one for one in batch if one[0] is job])

    def _vectors(self, batch: Sequence[tuple[Job, int]]) -> Vectors:
        pieces = [job.windows[place] for job, place in batch]
        vectors = self._encoder.embed_windows(pieces, precision=self._precision)
        if not np.isfinite(vectors).all():
            raise FloatingPointError("the model gave vectors that are not finite")
        return vectors


def alike(turn: Sequence[tuple[Job, int]], budget: int) -> list[list[tuple[Job, int]]]:
    """Windows of like lengths together, so that a short one is not padded to a long one.

    Parameters
    ----------
    turn : sequence of (Job, int)
        Windows by their place in a job.
    budget : int
        Tokens of a batch with its padding.
    """
    batches: list[list[tuple[Job, int]]] = []
    longest = 0
    for job, place in sorted(turn, key=lambda one: -one[0].lengths[one[1]]):
        length = job.lengths[place]
        if not batches or length < _ALIKE * longest or (len(batches[-1]) + 1) * longest > max(budget, longest):
            batches.append([])
            longest = length
        batches[-1].append((job, place))
    return batches
