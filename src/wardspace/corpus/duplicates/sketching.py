"""What makes notes comparable: the set of their shingles and its MinHash signature."""

from __future__ import annotations

import re
import string
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wardspace.corpus.note.scripts import has_unspaced, tokens

Hashes = npt.NDArray[np.uint64]

_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_BLANKS = bytes(code if chr(code).isalnum() or code > 127 else 32 for code in range(256))
_ASCII = _LOWER.translate(_BLANKS)
_WORD = re.compile(r"[^\W_]+")
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def words(text: str) -> list[bytes]:
    """The words of a text, letters and digits in lower case, as UTF-8: what `fingerprint` compares, parted.

    Where a script has no blanks between words, each character is one.
    """
    if text.isascii():  # the same as below, faster for the commonest case
        return text.encode("ascii").translate(_ASCII).split()
    found = _WORD.findall(text.casefold())
    if has_unspaced(text):
        found = [part for word in found for part in tokens(word)]
    return [word.encode("utf-8") for word in found]


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


PERMUTATIONS = 128
"""Numbers of a signature."""

_WANTED = 0.995


class Banding(NamedTuple):
    """How a signature is cut into bands."""

    bands: int
    rows: int
    """Numbers in each band."""

    def chance(self, similarity: float) -> float:
        """Chance that two notes of this Jaccard similarity agree in at least one band."""
        return float(1 - (1 - similarity**self.rows) ** self.bands)


def banding(threshold: float) -> Banding:
    """The widest bands that still bring together 99.5% of the pairs that are just as similar as `threshold`.

    More similar pairs are brought together more surely. Wider bands bring fewer other pairs together.

    References
    ----------
    .. [1] Leskovec J, Rajaraman A, Ullman JD. Mining of Massive Datasets, 3rd edition, section 3.4. Cambridge
       University Press, 2020. http://www.mmds.org
    """
    choices = [Banding(PERMUTATIONS // rows, rows) for rows in range(PERMUTATIONS, 0, -1)]
    return next(choice for choice in choices if choice.chance(threshold) >= _WANTED or choice.rows == 1)


_SEED = 42


class Sketch(NamedTuple):
    """A note for those who compare it."""

    shingles: Hashes
    """Its shingles in ascending order."""
    digests: npt.NDArray[np.uint32]
    """Its MinHash signature, `PERMUTATIONS` numbers."""


class Sketcher:
    """Sketches texts.

    Parameters
    ----------
    shingle : int
        Words of a shingle.
    """

    def __init__(self, shingle: int) -> None:
        self.shingle = shingle

    def sketched(self, texts: Sequence[str]) -> list[Sketch]:
        """The sketches of some texts."""
        from rensa import RMinHash  # noqa: PLC0415  (only those who compare notes need it)

        found = [shingles(text, self.shingle) for text in texts]
        if not found:
            return []
        ends = np.cumsum([0, *map(len, found)])
        matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(
            np.concatenate(found), ends.astype(np.uint64), PERMUTATIONS, _SEED
        )
        digests = np.array(matrix.to_rows(), np.uint32)
        return [Sketch(*parts) for parts in zip(found, digests, strict=True)]
