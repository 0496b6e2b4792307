"""Trials one after the other in this process, or several at once in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import Any, Self, TextIO

import psutil
import torch

from wardspace.config import AdaptConfig, parse_study
from wardspace.core.errors import RunError, WardspaceError
from wardspace.core.files import owner_only
from wardspace.core.processes import comes_of_an_interrupt, stopped_as_by_ctrl_c
from wardspace.core.progress import console
from wardspace.corpus import Corpus
from wardspace.models import hardware
from wardspace.study.search.records import SearchFolder, Trial, read_trial
from wardspace.study.search.trial import Bench, Job

INTERRUPTED = 130


def main() -> int:
    """Run trials until there is no more line.

    Returns
    -------
    int
        Exit code: 0 done; 130 interrupted, with a checkpoint to go on from.
    """
    console.quiet = True  # the process that started this one speaks for all
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is scratch to remove
    try:
        with stopped_as_by_ctrl_c(), owner_only():
            _work(sys.stdin, answers)
    except (KeyboardInterrupt, ImportError) as error:
        if not comes_of_an_interrupt(error):
            raise
        return INTERRUPTED
    return 0


def _work(lines: TextIO, answers: TextIO) -> None:
    bench = None
    for line in lines:
        asked = json.loads(line)
        try:
            bench = bench or _bench(asked["bench"])
            bench.run(Job(**{**asked["job"], "model": AdaptConfig.model_validate(asked["job"]["model"])}))
            answer = {}
        except WardspaceError as error:
            answer = {"what": error.what, "where": error.where, "fix": error.fix}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _bench(told: dict[str, Any]) -> Bench:
    folder, corpus = SearchFolder(Path(told["folder"])), Corpus.open(Path(told["corpus"]))
    return Bench(parse_study(told["study"]), corpus, folder, told["began"], show_progress=False)


MEMORY = 4 * 2**30
"""Free memory for each trial at once: MiniLM with its optimiser and the passes of a CPU take half of it."""
_START = (
    "import os, signal, sys; signal.signal(signal.SIGINT, lambda *_: os._exit(130));"
    "from wardspace.core.processes import end_with; end_with(int(sys.argv[1]));"
    "from wardspace.study.search.pool import main; sys.exit(main())"
)
"""Before torch is imported the parent is watched, and an interrupt has nothing to save."""


def at_once(asked: int | None) -> int:
    """How many trials run at once, where the study leaves it open.

    Two threads a trial: more help less than another trial does. A GPU is kept busy by one.
    """
    if asked is not None:
        return asked
    if hardware.device().type != "cpu":
        return 1
    return max(1, min(torch.get_num_threads() // 2, int(psutil.virtual_memory().available // MEMORY)))


class Pool:
    """Runs trials; to be used as a context, after which no process is left.

    Interrupted, trials that run write a checkpoint and end; interrupted again, they end at once.

    Parameters
    ----------
    bench : Bench
        What they have in common.
    parallel : int
        How many at once, each with its share of this process's threads.
    """

    def __init__(self, bench: Bench, parallel: int) -> None:
        self.bench, self.parallel = bench, parallel
        self.threads = max(1, torch.get_num_threads() // parallel)
        self.workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.end(at_once=error is not None)
        try:
            for worker in self.workers:
                worker.process.wait()
        except KeyboardInterrupt:
            for worker in self.workers:
                worker.process.kill()
            raise

    def run(self, jobs: Iterator[Job]) -> Iterator[Trial]:
        """Yield trials as they are done; a job is taken when it can begin."""
        if self.parallel == 1:
            yield from map(self.bench.run, jobs)
            return
        with DefaultSelector() as selector:
            while True:
                self._fill(jobs, selector)
                if not selector.get_map():
                    return
                for key, _ in selector.select():
                    selector.unregister(key.fileobj)
                    yield key.data.outcome(self.bench)

    def _fill(self, jobs: Iterator[Job], selector: DefaultSelector) -> None:
        """Give jobs to whoever has none."""
        busy = {id(key.data) for key in selector.get_map().values()}
        idle = [worker for worker in self.workers if id(worker) not in busy]
        for _ in range(self.parallel - len(busy)):
            job = next(jobs, None)
            if job is None:
                return
            worker = idle.pop() if idle else self._hired()
            worker.begin(self.bench, job)
            selector.register(worker.answers, EVENT_READ, worker)

    def _hired(self) -> _Worker:
        self.workers.append(_Worker(self.threads))
        return self.workers[-1]


class _Worker:
    """A process that runs one trial at a time."""

    def __init__(self, threads: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
            process_group=0,  # Ctrl-C reaches the process that searches alone, which passes it on once
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("a process without pipes")
        self.orders, self.answers = self.process.stdin, self.process.stdout
        self.job: Job | None = None

    def begin(self, bench: Bench, job: Job) -> None:
        """Send a job; it is answered when it is done."""
        self.job = job
        with suppress(BrokenPipeError):  # it died: its answer, which does not come, tells
            self.orders.write(json.dumps({"bench": bench.told(), "job": job.told()}) + "\n")
            self.orders.flush()

    def outcome(self, bench: Bench) -> Trial:
        """The trial that was begun, done."""
        if self.job is None:
            raise RuntimeError("nothing was begun")
        line = self.answers.readline()
        fault: dict[str, Any] = json.loads(line) if line else {}
        if fault:
            raise WardspaceError(f"trial {self.job.number}: {fault['what']}", where=fault["where"], fix=fault["fix"])
        done = read_trial(bench.folder.trial(self.job.name))
        if not line or done is None:
            raise RunError(
                f"the process of trial {self.job.number} was lost",
                where=bench.folder.path,
                fix="run again: it goes on from there; if it happens again set search.parallel to 1",
            )
        return done

    def end(self, *, at_once: bool) -> None:
        """Let the process end: without more jobs, or at once with a checkpoint."""
        if at_once:
            self.process.send_signal(signal.SIGINT)
        with suppress(BrokenPipeError):
            self.orders.close()
