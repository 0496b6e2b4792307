"""What will be read, in which batches: known exactly before training starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from wardspace.core.progress import Advance
from wardspace.core.seeds import derive, generator
from wardspace.objectives import Objective, Reading, Unit
from wardspace.training.data.notes import Notes
from wardspace.training.data.source import Source
from wardspace.training.data.tokens import note_hash

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def note_hashes(examples: Sequence[Unit]) -> npt.NDArray[np.uint64]:
    """A number for each note that depends on its name alone."""
    if isinstance(examples, Notes) and examples.hashes is not None:
        return examples.hashes
    return np.fromiter((note_hash(example.id) for example in examples), dtype=np.uint64)


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


POOL_BATCHES = 50
"""Batches made from one pool of readings sorted by length: enough for close lengths, few enough for varied order."""
LENGTH_STEP = 1.03
"""Readings whose lengths differ by less than this factor count as equally long, so that batches mix notes."""

Place = tuple[int, int, int]
"""Index of the note, epoch, piece."""


class _Batch(NamedTuple):
    """Readings as in `Plan`, and their tokens."""

    readings: npt.NDArray[np.int32]
    tokens: int


@dataclass(frozen=True)
class Plan:
    """Batches of readings in their order.

    Parameters
    ----------
    readings : int32 [r, 3]
        Index of the note, epoch, piece.
    starts : int64 [b + 1]
        Where each batch starts in `readings`.
    tokens : int64 [b]
        Tokens of each batch, special ones counted, padding not.
    """

    readings: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Number of batches: one update of the weights each."""
        return len(self.tokens)

    def batch(self, index: int) -> list[Place]:
        """Places of one batch."""
        rows = self.readings[self.starts[index] : self.starts[index + 1]]
        return [(int(note), int(epoch), int(piece)) for note, epoch, piece in rows]

    @property
    def tokens_until(self) -> npt.NDArray[np.int64]:
        """Tokens read before each step and at the end, [b + 1]."""
        return np.concatenate([[0], np.cumsum(self.tokens)])

    @property
    def notes_seen(self) -> int:
        """Distinct notes."""
        return len(np.unique(self.readings[:, 0]))

    @property
    def notes_read(self) -> int:
        """Readings of notes: pieces of one note in one epoch count once."""
        return len(np.unique(self.readings[:, :2], axis=0))

    @property
    def notes_per_batch(self) -> float:
        """Distinct notes of a batch on average."""
        batch = np.repeat(np.arange(len(self)), np.diff(self.starts))
        return len(np.unique(np.stack([batch, self.readings[:, 0]]), axis=1).T) / len(self)

    def cut(self, tokens: float) -> tuple[Plan, Plan]:
        """The first batches, as many as come closest to `tokens` (at least one on either side), and the rest."""
        inner = self.tokens_until[1:-1]
        at = int(np.argmin(np.abs(inner - tokens))) + 1
        middle = self.starts[at]
        first = Plan(self.readings[:middle], self.starts[: at + 1], self.tokens[:at])
        return first, Plan(self.readings[middle:], self.starts[at:] - middle, self.tokens[at:])


@dataclass(frozen=True)
class Planner:
    """Makes plans for one objective.

    Parameters
    ----------
    objective : Objective
        Says how many pieces a unit has and how many tokens a reading takes.
    source : Source
        The units.
    seed : int
        Seed of the order.
    batch_tokens : int
        Tokens of a batch.
    """

    objective: Objective
    source: Source
    seed: int
    batch_tokens: int

    def training(
        self,
        notes: Sequence[int],
        budget: int | None = None,
        advance: Advance | None = None,
        *,
        epochs: int | None = None,
    ) -> Plan:
        """Epochs over `notes` until `budget` tokens are read (the last batch may reach beyond it), or so many epochs.

        An epoch reads every unit once, in an order drawn by (seed, epoch, unit). Batches hold about `batch_tokens`
        tokens and at least two readings, and never one unit in two epochs. Where the objective allows it, they are made
        of readings of similar length within a pool of some fifty batches, and come in random order.

        Parameters
        ----------
        notes : sequence of int
            Places of the units to read; the objective must be able to use all of them.
        budget : int, optional
            Tokens in all.
        advance : Advance, optional
            Told the tokens planned.
        epochs : int, optional
            Epochs in all.

        Raises
        ------
        ValueError
            If the objective can use none of them, or neither budget nor epochs are given.
        """
        chosen = np.asarray(notes, dtype=np.int64)
        if budget is None and epochs is None:
            raise ValueError("say how many tokens or how many epochs")
        left = np.inf if budget is None else budget
        batches: list[_Batch] = []
        for batch in chain.from_iterable(self._epochs(chosen, epochs)):
            batches.append(batch)
            if advance:
                advance(batch.tokens)
            left -= batch.tokens
            if left <= 0:
                break
        return _packed(batches)

    def _epochs(self, notes: npt.NDArray[np.int64], epochs: int | None) -> Iterator[Iterator[_Batch]]:
        """Batches of each epoch; without a number of epochs there is no end."""
        units: Sequence[Unit] | None = None
        for epoch in count() if epochs is None else range(epochs):
            if self.source.units(epoch) is not units:
                units = self.source.units(epoch)
                hashes, pieces = note_hashes(units)[notes], self._pieces(notes, units)
                if not pieces.any():
                    raise ValueError("the objective can use none of these notes")
            yield self._epoch(notes, drawn_order(hashes, pieces, seed=self.seed, epoch=epoch), epoch)

    def validation(self, notes: Sequence[int]) -> Plan:
        """One reading of each unit in epoch -1, whose randomness is that of no training epoch.

        Of a unit that is read in pieces one is taken, chosen by its name: validation stays affordable on long notes.
        """
        units = self.source.units(-1)
        chosen = [units[note] for note in notes]
        pieces = [derive("validation", each.id) % self.objective.pieces(each) for each in chosen]
        places = np.array([notes, pieces], dtype=np.int64).reshape(2, -1).T
        return _packed(list(self._pool(places, self._sizes(places, -1), -1)) if len(places) else [])

    def _pieces(self, notes: npt.NDArray[np.int64], units: Sequence[Unit]) -> npt.NDArray[np.int64]:
        """In how many pieces each of these units is read (all units are passed by: that is quicker than by index)."""
        found = np.zeros(len(units), dtype=np.int64)
        found[notes] = 1
        wanted = compress(units, found.tolist())
        found[found > 0] = np.fromiter(map(self.objective.pieces, wanted), dtype=np.int64)
        return found[notes]

    def _epoch(self, notes: npt.NDArray[np.int64], order: npt.NDArray[np.int64], epoch: int) -> Iterator[_Batch]:
        """Batches of one epoch, pool after pool; a reading's tokens are asked for when its pool is filled."""
        places = np.stack([notes[order[:, 0]], order[:, 1]], axis=1)
        rows = places.tolist()
        start = 0
        while start < len(rows):
            sizes = self._filled(rows, start, epoch)
            end = start + len(sizes)
            yield from self._pool(places[start:end], sizes, epoch)
            start = end

    def _filled(self, rows: list[list[int]], start: int, epoch: int) -> npt.NDArray[np.int64]:
        """Tokens of the readings of one pool: as many as fill it, from `start` on."""
        sizes: list[int] = []
        tokens = 0
        for left in range(len(rows) - start - 1, -1, -1):
            note, piece = rows[len(rows) - 1 - left]
            sizes.append(self._tokens(note, epoch, piece))
            tokens += sizes[-1]
            # the end of an epoch joins the pool before it where it would fill no batch of its own
            if tokens >= POOL_BATCHES * self.batch_tokens and left > len(sizes) // POOL_BATCHES:
                break
        return np.array(sizes, dtype=np.int64)

    def _pool(self, places: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], epoch: int) -> Iterator[_Batch]:
        """Share out one pool into batches of nearly equal numbers of tokens, in random order."""
        if self.objective.group_lengths:
            order = np.argsort((np.log(sizes) / np.log(LENGTH_STEP)).astype(np.int64), kind="stable")
            places, sizes = places[order], sizes[order]
        readings = np.insert(places, 1, epoch, axis=1).astype(np.int32)
        bounds = _bounds(sizes, self.batch_tokens)
        first = self.source.units(epoch)[places[0, 0]].id
        for index in generator(self.seed, "batches", epoch, first, int(places[0, 1])).permutation(len(bounds) - 1):
            start, end = bounds[index], bounds[index + 1]
            yield _Batch(readings[start:end], int(sizes[start:end].sum()))

    def _sizes(self, places: npt.NDArray[np.int64], epoch: int) -> npt.NDArray[np.int64]:
        return np.array([self._tokens(note, epoch, piece) for note, piece in places.tolist()], dtype=np.int64)

    def _tokens(self, note: int, epoch: int, piece: int) -> int:
        return self.objective.tokens(Reading(self.source.units(epoch)[note], epoch, piece))


def _bounds(sizes: npt.NDArray[np.int64], batch_tokens: int) -> list[int]:
    """Where batches start and end: even shares of the tokens, none with fewer than two readings if there are two."""
    shares = -(-int(sizes.sum()) // batch_tokens)
    share = np.minimum(((np.cumsum(sizes) - sizes / 2) * shares / sizes.sum()).astype(np.int64), shares - 1)
    bounds = [0]
    for start in np.flatnonzero(np.diff(share)) + 1:
        if start - bounds[-1] >= 2 and len(sizes) - start >= 2:
            bounds.append(int(start))
    return [*bounds, len(sizes)]


def _packed(batches: list[_Batch]) -> Plan:
    readings = [np.empty((0, 3), dtype=np.int32), *(batch.readings for batch in batches)]
    starts = np.cumsum([0, *(len(batch.readings) for batch in batches)])
    tokens = np.array([batch.tokens for batch in batches], dtype=np.int64)
    return Plan(np.concatenate(readings), starts.astype(np.int64), tokens)
