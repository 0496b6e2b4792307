"""One progress bar for everything that takes more than a few seconds."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from wardspace.core.terminal import Terminal, escaped
from wardspace.core.wording import duration

console = Terminal(stderr=True)
_FIRST, _LONGEST = 60.0, 600.0
"""Seconds before the first line, and at most between two, where no terminal shows a bar."""


class Advance(Protocol):
    """Tells the bar that `step` more units are done."""

    def __call__(self, step: float = 1) -> None:
        """Move the bar on."""


def _silent(step: float = 1) -> None:
    """Tell nobody."""


class _Lines:
    """Tells in lines how far a long job is: after a minute, then at distances that grow to ten minutes.

    Parameters
    ----------
    what : str
        What is being done.
    total : float or None
        How many units there are, if known.
    """

    def __init__(self, what: str, total: float | None) -> None:
        self.what, self.total, self.done = what, total, 0.0
        self.began = time.monotonic()
        self.next = self.began + _FIRST
        self.first: tuple[float, float] | None = None

    def __call__(self, step: float = 1) -> None:
        self.done += step
        now = time.monotonic()
        if now >= self.next:
            self.next = now + min(max(now - self.began, _FIRST), _LONGEST)
            say(f"  {self.what}: {self._far()} after {duration(now - self.began)}{self._left(now)}")
        if self.first is None:  # units that an interrupted job had done come first and take no time
            self.first = (now, self.done)

    def _far(self) -> str:
        return f"{self.done:,.0f}" if self.total is None else f"{self.done:,.0f} of {self.total:,.0f}"

    def _left(self, now: float) -> str:
        since, before = self.first or (now, self.done)
        if self.total is None or self.done <= before or self.done >= self.total:
            return ""
        return f", about {duration((self.total - self.done) * (now - since) / (self.done - before))} left"


@contextmanager
def progress(what: str, total: float | None, *, show: bool = True) -> Iterator[Advance]:
    """Show a bar on a terminal; where there is none, as in a log, say now and then how far it is.

    Parameters
    ----------
    what : str
        What is being done, in a few words.
    total : float or None
        How many units there are, if known.
    show : bool
        False silences both.

    Yields
    ------
    Advance
        A function to call with the number of units done.
    """
    columns = (
        TextColumn("{task.description:<34}", markup=False),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    if not sys.stderr.isatty():
        yield _Lines(what, total) if show else _silent
        return
    with Progress(*columns, console=console, disable=not show, transient=True) as bar:
        task = bar.add_task(escaped(what), total=total)

        def advance(step: float = 1) -> None:
            bar.advance(task, step)

        yield advance


def say(message: str) -> None:
    """Print one line for the person who waits (to standard error; never any text of a note).

    Of processes that were started together, the first speaks for all.
    """
    if os.environ.get("RANK", "0") == "0":
        console.print(message, soft_wrap=True)
