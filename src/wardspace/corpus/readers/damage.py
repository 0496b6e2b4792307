"""Gzip files that are damaged or cut short: what can be read of them is read, and where that stopped is told."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO

from wardspace.corpus.rejects import DAMAGED, Fault

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)
"""What Python raises where a gzip file cannot be unpacked any further."""


def damage_of(error: BaseException, raw: BinaryIO) -> Fault:
    """What is wrong with a gzip file, and about where.

    Parameters
    ----------
    error : BaseException
        What was raised, one of `DAMAGE`.
    raw : BinaryIO
        The packed file, where reading stopped.
    """
    how = "is cut short" if isinstance(error, EOFError) else "is damaged"
    return Fault(DAMAGED, f"the gzip file {how}: reading stopped after about {raw.tell()} bytes of it")


def damage_warning(name: str, line: int, fault: Fault) -> str:
    """What a reader of the results must know of a file that was read in part."""
    altered = "" if "cut short" in fault.reason else ", and notes shortly before it may be altered"
    return f"{name}: {fault.reason}; what stood from line {line} on is missing{altered}"


def head_of(handle: BinaryIO, most: int) -> tuple[bytes, bool]:
    """The first bytes of a file, and whether it is damaged within them.

    Raises
    ------
    EOFError, zlib.error, gzip.BadGzipFile
        If nothing of it can be read.
    """
    if not isinstance(handle, io.BufferedReader):
        return handle.read(most), False
    parts: list[bytes] = []
    try:
        while most > 0 and (part := handle.read1(most)):
            parts.append(part)
            most -= len(part)
    except DAMAGE:
        if not parts:
            raise
        return b"".join(parts), True
    return b"".join(parts), False
