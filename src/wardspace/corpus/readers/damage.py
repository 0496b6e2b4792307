"""Gzip files that are damaged or cut short: what can be read of them is read, and where that stopped is reported."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from wardspace.corpus.prepare.rejects import DAMAGED, Fault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)
"""What Python raises where a gzip file cannot be unpacked any further."""


_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS


class Unpacked(io.RawIOBase):
    """A gzip file unpacked, up to the last byte before it is damaged: Python's own reader drops what it had gathered.

    Parameters
    ----------
    raw : BinaryIO
        The packed file; it may have several members.
    """

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._packed = b""
        self._unpack = zlib.decompressobj(_GZIP)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Unpack as much as there is room for.

        Raises
        ------
        EOFError, zlib.error, gzip.BadGzipFile
            If the file is cut short, damaged, or followed by something else.
        """
        room = memoryview(buffer).cast("B")
        while True:
            if self._unpack.eof and not self._next_member():
                return 0
            self._packed = self._packed or self._raw.read(_CHUNK)
            found = self._unpack.decompress(self._packed, len(room))
            if not found and not self._packed:
                raise EOFError
            self._packed = self._unpack.unconsumed_tail
            if found:
                room[: len(found)] = found
                return len(found)

    def _next_member(self) -> bool:
        packed = self._unpack.unused_data
        while not (packed := packed.lstrip(b"\0")):  # padding, as tapes have it
            packed = self._raw.read(_CHUNK)
            if not packed:
                return False
        if not packed.startswith(_MAGIC[: len(packed)]):
            raise gzip.BadGzipFile("something else follows")
        self._packed, self._unpack = packed, zlib.decompressobj(_GZIP)
        return True


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
