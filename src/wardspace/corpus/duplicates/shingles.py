"""A text as a set of shingles: runs of a few words, each named by a 64-bit number."""

from __future__ import annotations

import re
import string
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_BLANKS = bytes(code if chr(code).isalnum() or code > 127 else 32 for code in range(256))
_ASCII = _LOWER.translate(_BLANKS)
_WORD = re.compile(r"[^\W_]+")
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def words(text: str) -> list[bytes]:
    """The words of a text, letters and digits in lower case, as UTF-8: what `fingerprint` compares, parted."""
    if text.isascii():  # the same as below, faster for the commonest case
        return text.encode("ascii").translate(_ASCII).split()
    return [word.encode("utf-8") for word in _WORD.findall(text.casefold())]


def shingles(text: str, size: int) -> Hashes:
    """The set of all runs of `size` words of a text (Broder 1997 [1]_).

    Parameters
    ----------
    text : str
        The text.
    size : int
        Words of a shingle; a shorter text is one shingle as a whole.

    Returns
    -------
    array of uint64, shape (n,)
        One number for each different shingle, in ascending order; none for a text without words. Two shingles share a
        number by chance about once in four thousand million pairs.

    References
    ----------
    .. [1] Broder AZ. On the resemblance and containment of documents. Proceedings of Compression and Complexity of
       Sequences 1997, 21-29. https://doi.org/10.1109/SEQUEN.1997.666900
    """
    found = words(text)
    if not found:
        return np.zeros(0, np.uint64)
    codes = np.fromiter(map(zlib.crc32, found), np.uint64, len(found))
    width = min(size, len(codes))
    return np.unique(mixed([codes[i : len(codes) - width + 1 + i] for i in range(width)]))


def mixed(columns: Sequence[Hashes]) -> Hashes:
    """One number for each row of these columns; it depends on their order."""
    total = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        total = (total ^ column) * _ODD
        total ^= total >> _HALF
    return total


def jaccard(one: Hashes, other: Hashes) -> float:
    """Shingles that two sets share, of all that either has; 0 where both are empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / max(1, len(one) + len(other) - shared)
