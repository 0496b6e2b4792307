"""A batch as a few passes, each of which the encoder reads at once, end to end and without padding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import torch

from wardspace.models.attention.packing import RECTANGLE, Layout, layout_of
from wardspace.models.tokens import TokenPair
from wardspace.objectives.masking import Masked
from wardspace.objectives.units import Ids
from wardspace.objectives.vocabulary import Vocabulary

Move = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class MicroBatch:
    """Sequences of a batch that the encoder reads at once.

    Parameters
    ----------
    ids : int64 [t]
        Tokens of all sequences, special ones among them.
    layout : Layout
        Where each sequence begins and ends; the longest come first.
    rows : int64 [n]
        Place of each sequence in the batch.
    targets : mapping of str to Tensor
        What is to be predicted, by names that the objective chooses. Sequences that are `Masked` bring `positions` and
        `words`, int64 [m]: places in `ids`, and the words to predict there.
    """

    ids: torch.Tensor
    layout: Layout
    rows: torch.Tensor
    targets: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def moved(self, move: Move) -> MicroBatch:
        """The same with every tensor passed through `move`."""
        targets = {name: move(value) for name, value in self.targets.items()}
        return MicroBatch(move(self.ids), self.layout.moved(move), move(self.rows), targets)


@dataclass(frozen=True)
class Batch:
    """What an objective makes of some readings.

    Parameters
    ----------
    micro_batches : list of MicroBatch
        All sequences, each in one of them.
    labels : Tensor [k, c]
        What is known of each reading: codes of categories (int64), numbers; c = 0 where the objective needs none.
    counts : dict of str to int
        How many predictions each part of the loss sums over that needs no other note of the batch.
    """

    micro_batches: list[MicroBatch]
    labels: torch.Tensor
    counts: dict[str, int]

    @property
    def tokens(self) -> int:
        """Tokens of all micro-batches."""
        return sum(one.layout.tokens for one in self.micro_batches)

    def moved(self, move: Move) -> Batch:
        """The same with every tensor passed through `move`."""
        return Batch([one.moved(move) for one in self.micro_batches], move(self.labels), self.counts)

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return self.moved(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self) -> Batch:
        """The same in pinned memory (the loader asks for this)."""
        return self.moved(torch.Tensor.pin_memory)


@dataclass(frozen=True)
class TokenLimit:
    """How much is read at once.

    Parameters
    ----------
    tokens : int
        Most tokens of a pass (one sequence may have more).
    rectangle : int
        How many padded positions a further rectangle of attention is worth; a GPU, which starts work slowly and does it
        fast, wants fewer and larger ones than a CPU.
    """

    tokens: int = 4096
    rectangle: int = RECTANGLE


Piece = Ids | Masked | TokenPair
"""A sequence without special tokens: a text, one with words to predict, or two texts that are read together."""


def micro_batches(sequences: Sequence[Piece], vocabulary: Vocabulary, room: TokenLimit) -> list[MicroBatch]:
    """Sort sequences by length and share them out into the fewest passes, of nearly equal numbers of tokens.

    Parameters
    ----------
    sequences : sequence of int32 [n], Masked or TokenPair
        Token ids without special tokens; `Masked` ones carry words to predict. The layout of pairs has their token
        types.
    vocabulary : Vocabulary
        Special tokens.
    room : TokenLimit
        How much is read at once.
    """
    if not sequences:
        return []
    texts = [sequence.ids if isinstance(sequence, Masked) else sequence for sequence in sequences]
    sizes = np.array([len(one) + vocabulary.specials_of(one) for one in texts], dtype=np.int64)
    order = np.argsort(-sizes, kind="stable")
    until = np.cumsum(sizes[order])
    shares = max(1, -(-int(until[-1]) // room.tokens))
    share = np.minimum((until - sizes[order] / 2) * shares // until[-1], shares - 1)
    cuts = [0, *(np.flatnonzero(np.diff(share)) + 1).tolist(), len(order)]
    predicts = any(isinstance(sequence, Masked) for sequence in sequences)
    return [
        _pass(sequences, order[start:end].tolist(), vocabulary, room, predicts=predicts)
        for start, end in pairwise(cuts)
    ]


def _pass(
    sequences: Sequence[Piece], rows: list[int], vocabulary: Vocabulary, room: TokenLimit, *, predicts: bool
) -> MicroBatch:
    pieces: list[Ids] = []
    types: list[Ids] = []
    positions: list[np.ndarray] = []
    words: list[np.ndarray] = []
    lengths: list[int] = []
    start = 0
    for row in rows:
        sequence = sequences[row]
        if isinstance(sequence, TokenPair):
            whole, own = vocabulary.pairs.wrap(sequence)
        else:
            whole = vocabulary.wrap(sequence.ids if isinstance(sequence, Masked) else sequence)
            own = np.zeros_like(whole)
        types.append(own)
        if isinstance(sequence, Masked):
            positions.append(start + len(vocabulary.prefix) + sequence.positions)
            words.append(sequence.targets)
        pieces.append(whole)
        lengths.append(len(whole))
        start += len(whole)
    layout = layout_of(lengths, room.rectangle)
    if any(isinstance(sequences[row], TokenPair) for row in rows):
        layout = replace(layout, types=_joined(types))
    return MicroBatch(
        ids=_joined(pieces),
        layout=layout,
        rows=torch.tensor(rows),
        targets={"positions": _joined(positions), "words": _joined(words)} if predicts else {},
    )


def _joined(arrays: Sequence[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.int64) if arrays else np.zeros(0, dtype=np.int64))
