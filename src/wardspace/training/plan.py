"""What will be read, in which batches: known exactly before training starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
import numpy.typing as npt

from wardspace.core.progress import Advance
from wardspace.core.seeds import derive, generator
from wardspace.objectives import Example, Objective, Reading

POOL_BATCHES = 50
"""Batches made from one pool of readings sorted by length: enough for close lengths, few enough for varied order."""
LENGTH_STEP = 1.03
"""Readings whose lengths differ by less than this factor count as equally long, so that batches mix notes."""

Place = tuple[int, int, int]
"""Index of the note, epoch, piece."""


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
        Says how many pieces a note has and how many tokens a reading takes.
    examples : sequence of Example
        All notes.
    seed : int
        Seed of the order.
    batch_tokens : int
        Tokens of a batch.
    """

    objective: Objective
    examples: Sequence[Example]
    seed: int
    batch_tokens: int

    def training(self, notes: Sequence[int], budget: int, advance: Advance | None = None) -> Plan:
        """Epochs over `notes` until `budget` tokens are read (the last batch may reach beyond it).

        An epoch reads every note once, in an order drawn by (seed, epoch, note). Batches hold about `batch_tokens`
        tokens and at least two readings, and never one note in two epochs. Where the objective allows it, they are made
        of readings of similar length within a pool of some fifty batches, and come in random order.

        Parameters
        ----------
        notes : sequence of int
            Indices of the notes to read; the objective must be able to use all of them.
        budget : int
            Tokens in all.
        advance : Advance, optional
            Told the tokens planned.
        """
        batches: list[list[Place]] = []
        sizes: list[int] = []
        for batch, tokens in chain.from_iterable(self._epoch(notes, epoch) for epoch in count()):
            batches.append(batch)
            sizes.append(tokens)
            if advance:
                advance(tokens)
            budget -= tokens
            if budget <= 0:
                break
        return _packed(batches, sizes)

    def validation(self, notes: Sequence[int]) -> Plan:
        """One reading of each note in epoch -1, whose randomness is that of no training epoch.

        Of a note that is read in pieces one is taken, chosen by its name: validation stays affordable on long notes.
        """
        places = []
        for note in notes:
            example = self.examples[note]
            places.append((note, derive("validation", example.note_id) % self.objective.pieces(example)))
        found = list(self._pool(places, -1))
        return _packed([batch for batch, _ in found], [tokens for _, tokens in found])

    def _epoch(self, notes: Sequence[int], epoch: int) -> Iterator[tuple[list[Place], int]]:
        places = [(note, piece) for note in notes for piece in range(self.objective.pieces(self.examples[note]))]
        places.sort(key=lambda place: derive(self.seed, "order", epoch, self.examples[place[0]].note_id, place[1]))
        pool: list[tuple[int, int]] = []
        tokens = 0
        for index, place in enumerate(places):
            pool.append(place)
            tokens += self._tokens(place, epoch)
            # the end of an epoch joins the pool before it where it would fill no batch of its own
            if tokens >= POOL_BATCHES * self.batch_tokens and len(places) - index > len(pool) // POOL_BATCHES + 1:
                yield from self._pool(pool, epoch)
                pool, tokens = [], 0
        yield from self._pool(pool, epoch)

    def _pool(self, places: list[tuple[int, int]], epoch: int) -> Iterator[tuple[list[Place], int]]:
        """Share out one pool into batches of nearly equal numbers of tokens, in random order."""
        sizes = np.array([self._tokens(place, epoch) for place in places], dtype=np.int64)
        if self.objective.group_lengths:
            order = np.argsort((np.log(sizes) / np.log(LENGTH_STEP)).astype(np.int64), kind="stable")
            places, sizes = [places[i] for i in order], sizes[order]
        bounds = _bounds(sizes, self.batch_tokens)
        first = self.examples[places[0][0]].note_id
        for index in generator(self.seed, "batches", epoch, first, places[0][1]).permutation(len(bounds) - 1):
            start, end = bounds[index], bounds[index + 1]
            yield [(note, epoch, piece) for note, piece in places[start:end]], int(sizes[start:end].sum())

    def _tokens(self, place: tuple[int, int], epoch: int) -> int:
        return self.objective.tokens(Reading(self.examples[place[0]], epoch, place[1]))


def _bounds(sizes: npt.NDArray[np.int64], batch_tokens: int) -> list[int]:
    """Where batches start and end: even shares of the tokens, none with fewer than two readings if there are two."""
    shares = -(-int(sizes.sum()) // batch_tokens)
    share = np.minimum(((np.cumsum(sizes) - sizes / 2) * shares / sizes.sum()).astype(np.int64), shares - 1)
    bounds = [0]
    for start in np.flatnonzero(np.diff(share)) + 1:
        if start - bounds[-1] >= 2 and len(sizes) - start >= 2:
            bounds.append(int(start))
    return [*bounds, len(sizes)]


def _packed(batches: list[list[Place]], sizes: list[int]) -> Plan:
    readings = np.array([place for batch in batches for place in batch], dtype=np.int32).reshape(-1, 3)
    starts = np.cumsum([0, *(len(batch) for batch in batches)])
    return Plan(readings, starts.astype(np.int64), np.array(sizes, dtype=np.int64))
