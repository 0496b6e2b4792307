"""Vectors of the tokens of long texts, put together from overlapping windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.models import windows
from wardspace.models.tokens import Ids, PlacedTokens

Read = Callable[[list[Ids]], list[NDArray[np.float32]]]
"""Gives the vectors of the tokens of each window, float32 [t, d]."""


class TokenVectors(NamedTuple):
    """What a model makes of the tokens of one text."""

    vectors: NDArray[np.float32]
    """Of the last layer, or of several next to each other, float32 [t, d]; special tokens are not among them."""
    offsets: Ids
    """First character of each token in the text, and the one after its last, int32 [t, 2]."""
    words: Ids
    """Number of the word that each token is a piece of, int32 [t]."""


class Reader(NamedTuple):
    """How texts are cut into windows, and how many are read at once."""

    room: int
    """Tokens of a text that a window holds."""
    overlap: float
    """Share of a window that the next one reads again."""
    specials: int
    """Special tokens of a window."""
    budget: int
    """Tokens of a batch, padding counted."""
    dimension: int
    """Length of a vector."""


def merged(texts: Sequence[PlacedTokens], how: Reader, read: Read) -> Iterator[TokenVectors]:
    """Read texts in windows and keep of each token its most central reading (`windows.most_central`).

    Parameters
    ----------
    texts : sequence of PlacedTokens
        Tokens without special ones.
    how : Reader
        Windows and batches.
    read : function
        Reads a batch of windows.
    """
    plans = [windows.spans(len(text.ids), how.room, how.overlap) for text in texts]
    choices = [windows.most_central(len(text.ids), plan) for text, plan in zip(texts, plans, strict=True)]
    pieces = [(owner, place) for owner, plan in enumerate(plans) for place in range(len(plan))]
    lengths = [plans[owner][place][1] - plans[owner][place][0] + how.specials for owner, place in pieces]
    vectors = [np.zeros((len(text.ids), how.dimension), dtype=np.float32) for text in texts]
    for batch in windows.batches(lengths, how.budget):
        own = [pieces[index] for index in batch]
        found = read([texts[owner].ids[slice(*plans[owner][place])] for owner, place in own])
        for (owner, place), rows in zip(own, found, strict=True):
            start, end = plans[owner][place]
            kept = np.flatnonzero(choices[owner][start:end] == place)
            vectors[owner][start + kept] = rows[kept]
    for text, rows in zip(texts, vectors, strict=True):
        yield TokenVectors(rows, text.offsets, text.words)
