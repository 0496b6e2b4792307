"""What is needed of each note to find those like it, kept on disk: shingles, signature and the keys of its bands."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from wardspace.core.seeds import derive
from wardspace.corpus.duplicates.sketching import PERMUTATIONS, Banding, Hashes, Sketch, jaccard, mixed

_NOTES = 2048
"""Notes written at once."""
# far enough below the threshold that the estimate from a signature misses less than one in ten thousand
_DEVIATIONS = 4
_MOST_TRIED = 64

Numbers = npt.NDArray[np.int64]


class Sketches:
    """The sketches of all notes, written as the notes come, and then compared; a context manager.

    On disk each note takes 8 bytes a shingle and about 300 more, in memory 24 (its place in the files, and a number
    that stands for its id).

    Parameters
    ----------
    folder : Path
        An existing folder; the files in it are of no use later.
    banding : Banding
        How signatures are cut.
    """

    def __init__(self, folder: Path, banding: Banding) -> None:
        self._folder, self.banding = folder, banding
        self._stack, self._written = ExitStack(), ExitStack()
        self._stack.enter_context(self._written)
        paths = [folder / "sets", folder / "signatures", *(self._band(i) for i in range(banding.bands))]
        self._files = [self._written.enter_context(path.open("wb")) for path in paths]
        self._waiting: list[Sketch] = []
        self._ends, self._keys = array("q", [0]), array("Q")
        self._wanted = np.zeros(0, bool)
        self._sets = -1
        self._signatures: npt.NDArray[np.uint8] = np.zeros((0, PERMUTATIONS), np.uint8)
        self.curtailed = np.zeros(0, bool)
        """Notes not compared with all that share a band with them, as there were too many; nothing near was found."""

    def add(self, note_id: str, sketch: Sketch) -> None:
        """Keep the sketch of the next note."""
        self._waiting.append(sketch)
        self._keys.append(derive("tie", note_id))
        if len(self._waiting) >= _NOTES:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        sets, signatures, *bands = self._files
        sets.writelines(sketch.shingles.tobytes() for sketch in self._waiting)
        digests = np.stack([sketch.digests for sketch in self._waiting]).astype(np.uint64)
        signatures.write((digests & 0xFF).astype(np.uint8).tobytes())
        for i, band in enumerate(bands):
            band.write(self._band_keys(digests, i).tobytes())
        ends = np.cumsum([len(sketch.shingles) for sketch in self._waiting]) + self._ends[-1]
        self._ends.extend(ends.tolist())
        self._waiting.clear()

    def compare(self, wanted: Iterable[bool]) -> None:
        """All sketches are kept: those not wanted count as empty from now on, and are like none."""
        if self._sets < 0:
            self._write()
            self._written.close()
            self._open()
        self._wanted = np.fromiter(wanted, bool, len(self))

    def _band(self, number: int) -> Path:
        return self._folder / f"band-{number:03d}"

    def _band_keys(self, digests: npt.NDArray[np.uint64], number: int) -> Hashes:
        first = number * self.banding.rows
        return mixed([digests[:, first + i] for i in range(self.banding.rows)])

    def _open(self) -> None:
        self._sets = os.open(self._folder / "sets", os.O_RDONLY)
        self._stack.callback(os.close, self._sets)
        if len(self):
            shape = (len(self), PERMUTATIONS)
            self.curtailed = np.zeros(len(self), bool)
            self._signatures = np.memmap(self._folder / "signatures", np.uint8, "r", shape=shape)

    def __len__(self) -> int:
        return len(self._ends) - 1

    @property
    def sizes(self) -> Numbers:
        """Shingles of each note."""
        ends = self._places
        return (ends[1:] - ends[:-1]) * self._wanted

    def sizes_of(self, notes: Numbers) -> Numbers:
        """Shingles of some notes."""
        ends = self._places
        return (ends[notes + 1] - ends[notes]) * self._wanted[notes]

    @property
    def _places(self) -> Numbers:
        """Where the set of each note begins, and where the last one ends."""
        return np.frombuffer(self._ends, np.int64)

    @property
    def ties(self) -> Hashes:
        """A number for each note that depends on its id alone: decides where nothing else does."""
        return np.frombuffer(self._keys, np.uint64)

    def bands(self) -> Iterator[Hashes]:
        """For each band, every note's key."""
        for number in range(self.banding.bands):
            yield np.fromfile(self._band(number), np.uint64)

    def shingles(self, note: int) -> Hashes:
        """The set of shingles of a note."""
        start, end = self._ends[note], self._ends[note + 1]
        return np.frombuffer(os.pread(self._sets, 8 * (end - start), 8 * start), np.uint64)

    def first_near(self, note: int, others: Numbers, threshold: float) -> tuple[int, float] | None:
        """Of some other notes, one whose shingles are this near, by their exact Jaccard similarity.

        They are tried by their likely similarity, 64 at most; a note that could still be near to one left untried is
        marked in `curtailed`.

        Parameters
        ----------
        note : int
            A note's number.
        others : array of int
            Notes to compare it with.
        threshold : float
            Least Jaccard similarity.

        Returns
        -------
        tuple of int and float, or None
            The other note and its similarity.
        """
        own, sizes = self.shingles(note), self.sizes_of(others)
        # a set cannot be nearer to another than the smaller is to the larger in size
        others = others[np.minimum(sizes, len(own)) >= threshold * np.maximum(sizes, len(own))]
        likely = np.count_nonzero(self._signatures[others] == self._signatures[note], axis=1)
        least = threshold - _DEVIATIONS * (threshold * (1 - threshold) / PERMUTATIONS) ** 0.5
        order = np.lexsort((self.ties[others], -likely))[: np.count_nonzero(likely >= least * PERMUTATIONS)]
        for other in others[order[:_MOST_TRIED]].tolist():
            similarity = jaccard(own, self.shingles(other))
            if similarity >= threshold:
                return other, similarity
        self.curtailed[note] |= len(order) > _MOST_TRIED
        return None

    def __enter__(self) -> Sketches:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
