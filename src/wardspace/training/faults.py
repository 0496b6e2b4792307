"""Faults of the machine while it trains, told in words, with the checkpoint to go on from."""

from __future__ import annotations

import errno
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import torch

from wardspace.core.errors import RecipeError, WardspaceError
from wardspace.core.progress import say


class LossGuard:
    """Remembers the first step whose loss was not finite, on the device itself, and asks only when it is cheap.

    Asking a GPU for a number at every step would make it wait; so the step is noted there and read when something else
    has to wait anyway (logging, validation, a checkpoint).
    """

    def __init__(self) -> None:
        self._first: torch.Tensor | None = None

    def note(self, loss: torch.Tensor, step: int) -> None:
        """Look at the loss of a step (counted from 1)."""
        bad = torch.where(torch.isfinite(loss.detach()), 0, step)
        self._first = bad if self._first is None else torch.where(self._first > 0, self._first, bad)

    def check(self, what: str, last_good: Callable[[], str]) -> None:
        """Stop if a loss was not finite.

        Parameters
        ----------
        what : str
            What is being trained, for the message.
        last_good : function
            Names the last checkpoint from before.

        Raises
        ------
        RecipeError
            Naming the step and the last good checkpoint.
        """
        step = 0 if self._first is None else int(self._first.item())
        if step:
            raise not_finite(what, f"step {step}", last_good())


def not_finite(what: str, when: str, last_good: str) -> RecipeError:
    """The fault of a loss that is no number."""
    return RecipeError(
        f"the loss of {what} is no finite number at {when}",
        where=f"last good checkpoint: {last_good}",
        fix="lower training.learning_rate or set training.precision to fp32, and run again",
    )


@contextmanager
def graceful_interrupt() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a flag; the second interrupts at once. At the end a raised flag becomes the interrupt.

    Yields
    ------
    function
        Tells whether Ctrl-C was pressed. In any other thread than the main one nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    pressed = False
    before = signal.getsignal(signal.SIGINT)

    def press(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)
        say("stopping after this step with a checkpoint; press Ctrl-C again to stop at once")

    signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")
_WORKER = ("DataLoader worker",)
_PARTNER = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "NCCL")


@contextmanager
def training_faults(what: str, pass_tokens: int, last_good: Callable[[], str]) -> Iterator[None]:
    """Name exhausted memory, a dead worker, a lost process and a full disk; anything else passes through.

    Parameters
    ----------
    what : str
        What is being trained.
    pass_tokens : int
        Tokens read at once, for the advice.
    last_good : function
        Names the last whole checkpoint.

    Raises
    ------
    WardspaceError
        With what happened, the checkpoint and what to do.
    """
    try:
        yield
    except (RuntimeError, MemoryError, OSError, EOFError) as error:
        if isinstance(error, ConnectionError | EOFError):
            # torch reports the dead worker a second time, by a signal that may strike anywhere: wait for it here
            with suppress(RuntimeError):
                time.sleep(1)
        told = _told(error, pass_tokens)
        if told is None:
            raise
        problem, fix = told
        raise WardspaceError(
            f"{problem} while training {what}", where=f"last good checkpoint: {last_good()}", fix=fix
        ) from error


def _told(error: Exception, pass_tokens: int) -> tuple[str, str] | None:
    """What went wrong and what to do, or None for what is no fault of the machine."""
    text = str(error)
    if isinstance(error, ConnectionError | EOFError) or any(sign in text for sign in _WORKER):
        return (
            "a process that prepares batches died",
            "run again: it goes on from there; if it happens again set training.workers to 0",
        )
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return ("the disk became full", "free some space and run again: it goes on from there") if full else None
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(sign in text for sign in _MEMORY):
        return (
            "the memory was exhausted",
            f"set training.pass_tokens below {pass_tokens} (the batch and its gradients stay the same) and run again;"
            " `wardspace plan` finds what fits",
        )
    if isinstance(error, torch.distributed.DistError) or any(sign in text for sign in _PARTNER):
        return (
            "another process of this run was lost",
            "look at that process's own message, then start all of them again: they go on from there",
        )
    return None
