"""What makes notes comparable: the set of their shingles and its MinHash signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wardspace.corpus.duplicates.bands import PERMUTATIONS
from wardspace.corpus.duplicates.shingles import Hashes, shingles

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
