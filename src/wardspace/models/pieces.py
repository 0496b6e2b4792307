"""Vectors of the windows of notes, each with the characters it reads: what a search index is made of; without torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.models import windows
from wardspace.models.reading import Pass, Reading
from wardspace.models.tokens import affixes, tokens_with_offsets
from wardspace.models.unit_length import unit_length


class Pieces(NamedTuple):
    """The windows of one note."""

    vectors: NDArray[np.float32]
    """Of length one, float32 [w, d]."""
    offsets: NDArray[np.int32]
    """First character that each window reads, and the one after its last, int32 [w, 2]."""
    tokens: NDArray[np.int32]
    """Tokens of each window, special ones not counted, int32 [w]."""


def block_pieces(how: Reading, embed: Pass, texts: Sequence[str]) -> Iterator[Pieces]:
    """Embed each window of some notes by itself; `embed` pools and does not normalise."""
    around = affixes(how.tokenizer)
    notes = tokens_with_offsets(how.tokenizer, texts)
    plans = [windows.spans(len(note.ids), how.window - around.count, how.overlap) for note in notes]
    cuts = [note.ids[first:last] for note, plan in zip(notes, plans, strict=True) for first, last in plan]
    vectors = np.empty((len(cuts), how.dimension), dtype=np.float32)
    for places in windows.batches([len(cut) + around.count for cut in cuts], how.budget):
        vectors[places] = embed(*windows.padded([cuts[place] for place in places], around, how.pad))
    vectors = unit_length(vectors)
    done = 0
    for note, plan in zip(notes, plans, strict=True):
        offsets = [(note.offsets[first, 0], note.offsets[last - 1, 1]) if last else (0, 0) for first, last in plan]
        counts = np.array([last - first for first, last in plan], dtype=np.int32)
        yield Pieces(vectors[done : done + len(plan)], np.array(offsets, dtype=np.int32), counts)
        done += len(plan)
