"""Gzip files that are damaged, cut short or far larger than they look: what can be read of them is read."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from wardspace.config.corpus.source import LimitsConfig
from wardspace.corpus.prepare.rejects import DAMAGED, Fault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TooLargeError(Exception):
    """A packed file holds more than a study allows."""


DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, TooLargeError)
"""What is raised where a gzip file cannot be unpacked any further."""
FREE = 64 * 2**20
"""Bytes that any file may unpack to, however small it is: short files of like rows pack well."""


_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 16
_GZIP = 16 + zlib.MAX_WBITS


class Unpacked(io.RawIOBase):
    """A gzip file unpacked, up to the last byte before it is damaged: Python's own reader drops what it had gathered.

    Parameters
    ----------
    raw : BinaryIO
        The packed file; it may have several members.
    limits : LimitsConfig
        How much may be in it.
    """

    def __init__(self, raw: BinaryIO, limits: LimitsConfig) -> None:
        self._raw, self._limits = raw, limits
        self._size = 0
        self._packed = b""
        self._unpack = zlib.decompressobj(_GZIP)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Unpack as much as there is room for.

        Raises
        ------
        EOFError, zlib.error, gzip.BadGzipFile, TooLargeError
            If the file is cut short, damaged, followed by something else, or too large.
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
                self._count(len(found))
                room[: len(found)] = found
                return len(found)

    def _count(self, size: int) -> None:
        self._size += size
        if too_large := over(self._size, self._raw.tell(), self._limits):
            raise TooLargeError(too_large)

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


def over(unpacked: int, packed: int, limits: LimitsConfig) -> str | None:
    """Which limit is passed by something of so many bytes, unpacked and packed; None where none is."""
    if unpacked > limits.unpacked_bytes:
        return f"holds more than corpus.source.limits.unpacked_bytes allows ({limits.unpacked_bytes:,})"
    if unpacked > FREE and unpacked > limits.ratio * packed:
        return f"holds more than {limits.ratio} times its packed size (corpus.source.limits.ratio)"
    return None


def damage_of(error: BaseException, raw: BinaryIO) -> Fault:
    """What is wrong with a gzip file, and about where.

    Parameters
    ----------
    error : BaseException
        What was raised, one of `DAMAGE`.
    raw : BinaryIO
        The packed file, where reading stopped.
    """
    if isinstance(error, TooLargeError):
        return Fault(DAMAGED, f"the gzip file {error}: reading stopped there")
    how = "is cut short" if isinstance(error, EOFError) else "is damaged"
    return Fault(DAMAGED, f"the gzip file {how}: reading stopped after about {raw.tell()} bytes of it")


def damage_warning(name: str, line: int, fault: Fault) -> str:
    """What a reader of the results must know of a file that was read in part."""
    altered = ", and notes shortly before it may be altered" if "is damaged" in fault.reason else ""
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
