"""One scale for the vectors of every model, so that one grid of strengths and one learning rate suit them all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scaling:
    """Shift to the mean and divide by one number: directions and relative distances stay as they are.

    Scaling each dimension on its own would give dimensions without signal the same say as the others, and would
    change the space that is being judged.

    Attributes
    ----------
    mean : float32 [d]
        Mean vector.
    size : float
        Root mean square distance from it.
    """

    mean: NDArray[np.float32]
    size: float

    @classmethod
    def of(cls, vectors: NDArray[np.float32]) -> Scaling:
        """Fit to vectors [n, d]; they need no labels."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        size = float(np.sqrt(((vectors - mean) ** 2).sum(axis=1).mean()))
        return cls(mean.astype(np.float32), size if size > 0 else 1.0)

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors with mean zero and mean squared length one, where fitted to these."""
        return np.asarray((vectors - self.mean) / np.float32(self.size), dtype=np.float32)


@dataclass(frozen=True)
class BlockScaling:
    """Gives each block of coordinates the same mean squared length: none has more say because its numbers are larger.

    Attributes
    ----------
    mean : float32 [d]
        Mean vector.
    size : float64 [blocks]
        Root mean square distance from it, block by block.
    """

    mean: NDArray[np.float32]
    size: NDArray[np.float64]

    @classmethod
    def of(cls, vectors: NDArray[np.float32], blocks: int) -> BlockScaling:
        """Fit to vectors [n, d] of so many equally long blocks; they need no labels."""
        mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        pairs = zip(np.split(vectors, blocks, axis=1), np.split(mean, blocks), strict=True)
        lengths = [((each - own) ** 2).sum(axis=1).mean(dtype=np.float64) for each, own in pairs]
        size = np.sqrt(np.array(lengths, dtype=np.float64))
        return cls(mean, np.where(size > 0, size, 1.0))

    def apply(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors with mean zero and mean squared length one in all, where fitted to these."""
        blocks = len(self.size)
        gain = np.repeat(1 / (self.size * blocks**0.5), vectors.shape[1] // blocks)
        return np.asarray((vectors - self.mean) * gain, dtype=np.float32)
