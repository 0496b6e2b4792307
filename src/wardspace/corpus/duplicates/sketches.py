"""What is needed of each note to find those like it, kept on disk: shingles, signature and the keys of its bands."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from wardspace.core.progress import progress
from wardspace.core.seeds import derive
from wardspace.corpus.duplicates.bands import PERMUTATIONS, Banding
from wardspace.corpus.duplicates.shingles import Hashes, jaccard, mixed, shingles
from wardspace.corpus.spool import read_spool

_SEED = 42
# far enough below the threshold that the estimate from a signature misses less than one in ten thousand
_DEVIATIONS = 4
_MOST_TRIED = 64

Numbers = npt.NDArray[np.int64]


class Sketches:
    """The sketches of all notes of a spool; a context manager.

    On disk each note takes 8 bytes a shingle and about 300 more, in memory 24 (its place in the files, and a number
    that stands for its id).

    Parameters
    ----------
    folder : Path
        An existing folder; the files in it are of no use later.
    banding : Banding
        How signatures are cut.
    shingle : int
        Words of a shingle.
    """

    def __init__(self, folder: Path, banding: Banding, shingle: int) -> None:
        self._folder, self.banding, self._shingle = folder, banding, shingle
        self._stack = ExitStack()
        self._ends, self._keys = array("q", [0]), array("Q")
        self._sets = -1
        self._signatures: npt.NDArray[np.uint8] = np.zeros((0, PERMUTATIONS), np.uint8)
        self.curtailed = np.zeros(0, bool)
        """Notes not compared with all that share a band with them, as there were too many; nothing near was found."""

    def read(self, spool: Path, wanted: Iterable[bool], *, total: int, show: bool) -> None:
        """Sketch the notes of a spool; those not wanted count as empty, and are like none."""
        marks = iter(wanted)
        with progress("comparing notes", total, show=show) as advance, ExitStack() as files:
            sets = files.enter_context((self._folder / "sets").open("wb"))
            signatures = files.enter_context((self._folder / "signatures").open("wb"))
            bands = [files.enter_context(self._band(i).open("wb")) for i in range(self.banding.bands)]
            for batch in read_spool(spool):
                texts, ids = batch["text"].to_pylist(), batch["note_id"].to_pylist()
                found = [
                    shingles(text, self._shingle) if keep else np.zeros(0, np.uint64)
                    for text, keep in zip(texts, islice(marks, batch.num_rows), strict=True)
                ]
                digests = self._digests(found)
                sets.writelines(one.tobytes() for one in found)
                signatures.write((digests & 0xFF).astype(np.uint8).tobytes())
                for i, band in enumerate(bands):
                    band.write(self._band_keys(digests, i).tobytes())
                self._keys.extend(derive("tie", note_id) for note_id in ids)
                advance(batch.num_rows)
        self._open()

    def _digests(self, found: list[Hashes]) -> npt.NDArray[np.uint64]:
        """MinHash signatures, one row a note."""
        from rensa import RMinHash  # noqa: PLC0415  (only those who compare notes need it)

        ends = np.cumsum([0, *map(len, found)])
        self._ends.extend((ends[1:] + self._ends[-1]).tolist())
        matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(
            np.concatenate(found), ends.astype(np.uint64), PERMUTATIONS, _SEED
        )
        return np.array(matrix.to_rows(), np.uint64)

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
        return ends[1:] - ends[:-1]

    def sizes_of(self, notes: Numbers) -> Numbers:
        """Shingles of some notes."""
        ends = self._places
        return ends[notes + 1] - ends[notes]

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
            A note's number in the spool.
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
