"""One progress bar for everything that takes more than a few seconds."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

console = Console(stderr=True, highlight=False)


class Advance(Protocol):
    """Tells the bar that `step` more units are done."""

    def __call__(self, step: float = 1) -> None:
        """Move the bar on."""


@contextmanager
def progress(what: str, total: float | None, *, show: bool = True) -> Iterator[Advance]:
    """Show a bar on a terminal; where there is none, stay quiet.

    Parameters
    ----------
    what : str
        What is being done, in a few words.
    total : float or None
        How many units there are, if known.
    show : bool
        False silences the bar.

    Yields
    ------
    Advance
        A function to call with the number of units done.
    """
    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    visible = show and sys.stderr.isatty()
    with Progress(*columns, console=console, disable=not visible, transient=True) as bar:
        task = bar.add_task(what, total=total)

        def advance(step: float = 1) -> None:
            bar.advance(task, step)

        yield advance


def say(message: str) -> None:
    """Print one line for the person who waits (to standard error; never any text of a note).

    Of processes that were started together, the first speaks for all.
    """
    if os.environ.get("RANK", "0") == "0":
        console.print(message, markup=False, soft_wrap=True)
