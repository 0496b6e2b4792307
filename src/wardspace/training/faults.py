"""Faults of the machine while it trains, told in words, with the checkpoint to go on from."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import torch

from wardspace.core.errors import WardspaceError

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
            # torch tells of the dead worker a second time, by a signal that may strike anywhere: wait for it here
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
