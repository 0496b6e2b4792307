"""Processes that end in good order: children with the one that started them, commands on SIGTERM as on Ctrl-C."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import psutil

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>."""
_WATCH_SECONDS = 0.5
_STOPS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def end_with(parent: int) -> None:
    """End this process when the one that started it is gone, however that ended: it may hold text of notes.

    On Linux the kernel does it at once; everywhere a thread looks twice a second.

    Parameters
    ----------
    parent : int
        Id of the process that started this one, as that process knows it: it may have ended by now.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a C library without prctl
            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    # on Windows a process keeps the id of a parent that has ended
    while os.getppid() == parent and psutil.pid_exists(parent):
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


@contextmanager
def stopped_as_by_ctrl_c() -> Iterator[Callable[[], int | None]]:
    """Let SIGTERM, and SIGHUP where it is not ignored, do what Ctrl-C does: unwind, with a checkpoint where one trains.

    Yields
    ------
    function
        Gives the last such signal, None without. In any other thread than the main one nothing is changed.
    """
    received: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    def stop(number: int, frame: FrameType | None) -> None:
        received.append(number)
        press = signal.getsignal(signal.SIGINT)
        if callable(press):
            press(signal.SIGINT, frame)
        else:  # ignored, as in a job that a script started in the background
            raise KeyboardInterrupt

    before = {one: signal.getsignal(one) for one in _STOPS}
    for one, handler in before.items():
        if handler is not signal.SIG_IGN:  # `nohup` asks to go on without a terminal
            signal.signal(one, stop)
    try:
        yield lambda: received[-1] if received else None
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put off Ctrl-C, and what stops as it does, to the end of the block; only for what takes no time to wait for.

    In any other thread than the main one nothing is changed: interrupts are raised in that one alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[FrameType | None] = []
    before = signal.signal(signal.SIGINT, lambda _number, frame: pressed.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed and callable(before):
            before(signal.SIGINT, pressed[0])
        elif pressed:
            raise KeyboardInterrupt


def comes_of_an_interrupt(error: BaseException | None) -> bool:
    """Whether an interrupt lies behind an error: a module whose import it stops may say that it cannot be imported."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
