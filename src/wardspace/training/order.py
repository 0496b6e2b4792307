"""The order in which an epoch reads: drawn for each note by itself, for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wardspace.core.seeds import derive
from wardspace.objectives import Example
from wardspace.training.data import Notes
from wardspace.training.tokens import note_hash

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def note_hashes(examples: Sequence[Example]) -> npt.NDArray[np.uint64]:
    """A number for each note that depends on its name alone."""
    if isinstance(examples, Notes) and examples.hashes is not None:
        return examples.hashes
    return np.fromiter((note_hash(example.note_id) for example in examples), dtype=np.uint64)


def drawn_order(
    hashes: npt.NDArray[np.uint64], pieces: npt.NDArray[np.int64], *, seed: int, epoch: int
) -> npt.NDArray[np.int64]:
    """The pieces of all notes in the order of one epoch.

    Each piece draws a number by (seed, epoch, note, piece) and the numbers are sorted: which other notes there are, and
    in what order they come, moves no two pieces past each other.

    Parameters
    ----------
    hashes : uint64 [n]
        `note_hashes` of the notes.
    pieces : int64 [n]
        In how many pieces each is read.
    seed, epoch : int
        What else the order depends on.

    Returns
    -------
    int64 [r, 2]
        Place of the note in `hashes`, and piece.
    """
    ends = np.cumsum(pieces)
    note = np.repeat(np.arange(len(pieces)), pieces)
    piece = np.arange(len(note)) - np.repeat(ends - pieces, pieces)
    salted = _mixed(hashes ^ np.uint64(derive(seed, "order", epoch)))
    draws = _mixed(salted[note] + (piece.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
    order = np.argsort(draws, kind="stable")
    return np.stack([note[order], piece[order]], axis=1)


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Numbers without any trace of the pattern of those given, different where those differ (SplitMix64).

    References
    ----------
    Steele, Lea and Flood 2014, Fast Splittable Pseudorandom Number Generators.
    """
    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
