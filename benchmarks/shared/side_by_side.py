"""Two or more sides, each in a process of its own, in turns.

Memory peaks and thread pools are then separate, and what disturbs the machine disturbs all sides alike. A side that is
not its turn waits on a pipe, which costs nothing.

    def ours(texts: list[str]) -> Work:          # set up in the side's own process: heavy imports belong in here
        encoder = Encoder.load("minilm")
        def work(number: int) -> Round:          # round 0 warms up and is not counted
            encoder.encode(texts)
            return Round(len(texts))
        return work

    measured = compare([Side("peer", theirs, {...}), Side("wardspace", ours, {...})], rounds=3)
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

_PAUSE = 0.5
"""Seconds between turns: the threads of a finished one may spin for a while before they sleep."""


@dataclass(frozen=True)
class Round:
    """What a side has done in a round."""

    units: float
    """Work done: notes, tokens, spans."""
    values: dict[str, float] = field(default_factory=dict)
    """Figures to record with the round."""
    kept: Any = None
    """Anything to hand back to the caller; of the last round only, and never written."""


Work = Callable[[int], Round]


@dataclass(frozen=True)
class Side:
    """A name, and a function at the top of a module that sets the side up and returns its work."""

    name: str
    setup: Callable[..., Work]
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass
class Measured:
    """A side's rounds, without the one that warms up."""

    name: str
    units: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    """Cores that other processes kept busy meanwhile."""
    load: list[float] = field(default_factory=list)
    """Load average of a minute, at the end of each round."""
    values: list[dict[str, float]] = field(default_factory=list)
    kept: Any = None
    peak_mb: float = 0.0

    @property
    def speeds(self) -> list[float]:
        """Units a second, round by round."""
        return [units / seconds for units, seconds in zip(self.units, self.seconds, strict=True)]

    @property
    def thrift(self) -> float:
        """Units a second of processor time, the median: hardly moved by what else the machine does."""
        pairs = zip(self.units, self.cpu_seconds, strict=True)
        return statistics.median(units / max(seconds, 1e-9) for units, seconds in pairs)

    @property
    def speed(self) -> float:
        """The median of `speeds`."""
        return statistics.median(self.speeds)


def compare(sides: Sequence[Side], rounds: int = 3, *, warm_up: bool = True) -> list[Measured]:
    """Run every side `rounds` times, in turns, and measure.

    The sides are set up one after another. The order of turns is reversed in every other round, so that a drift of the
    machine favours none.

    Raises
    ------
    RuntimeError
        If a side fails, with what it said.
    """
    started: list[_Child] = []
    measured = [Measured(side.name) for side in sides]
    try:
        for side in sides:
            started.append(_Child(side))  # noqa: PERF401  (those already started must be stopped if one fails)
        pairs = list(zip(started, measured, strict=True))
        for number in range(0 if warm_up else 1, rounds + 1):
            for child, found in pairs if number % 2 else pairs[::-1]:
                _turn(child, found, number)
                print(f"  {found.name}: round {number} of {rounds}", file=sys.stderr, flush=True)
    finally:
        for child in started:
            child.stop()
    return measured


def _turn(child: _Child, found: Measured, number: int) -> None:
    time.sleep(_PAUSE)
    before, start = _busy(), time.perf_counter()
    reply = child.ask(number)
    wall, busy = time.perf_counter() - start, _busy() - before
    found.peak_mb = reply["peak_mb"]
    if number == 0:
        return
    done: Round = reply["round"]
    found.units.append(done.units)
    found.seconds.append(reply["seconds"])
    found.cpu_seconds.append(reply["cpu_seconds"])
    found.others.append(max(0.0, (busy - reply["cpu_seconds"]) / wall))
    found.load.append(os.getloadavg()[0])
    found.values.append(done.values)
    found.kept = done.kept


def _busy() -> float:
    """Seconds that all cores together have worked since the machine started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


class _Child:
    """The process of a side."""

    def __init__(self, side: Side) -> None:
        context = multiprocessing.get_context("spawn")  # a forked child would begin with the parent's memory
        self.name = side.name
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other, side), daemon=True)
        self.process.start()
        other.close()
        try:
            self._reply()
        except BaseException:
            self.stop()
            raise

    def ask(self, number: int) -> dict[str, Any]:
        self.pipe.send(number)
        return self._reply()

    def stop(self) -> None:
        self.pipe.close()  # the other end takes that as the end
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.kill()

    def _reply(self) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = self.pipe.recv()
        except EOFError:
            self.process.join(timeout=10)
            raise RuntimeError(f"{self.name} died, exit code {self.process.exitcode}") from None
        if "error" in reply:
            raise RuntimeError(f"{self.name} failed:\n{reply['error']}")
        return reply


def _serve(pipe: Connection, side: Side) -> None:
    _hush()
    try:
        work = side.setup(**side.arguments)
        pipe.send({})
        while True:
            number = pipe.recv()
            start, processor = time.perf_counter(), time.process_time()
            done = work(number)
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - processor
            pipe.send({"round": done, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": _peak_mb()})
    except (EOFError, BrokenPipeError):
        return  # no more rounds
    except Exception:  # whatever it is, the parent tells it
        pipe.send({"error": traceback.format_exc()})


def _hush() -> None:
    """Bars and logs of a side would tear the table apart; what fails is told over the pipe."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _peak_mb() -> float:
    """Most resident memory of this process; Linux' rusage would count what the parent held when it started us."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if platform.system() == "Darwin" else 2**10)
