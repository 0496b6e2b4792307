"""Sequences of any length, read in batches of similar length."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from wardspace.models.tokens import Affixes, Ids
from wardspace.models.windows import batches, padded

TOKENS = 4096
"""Tokens of a batch, padding counted."""
_BLOCK = 2048
"""Sequences sorted together."""

Read = Callable[[torch.Tensor, torch.Tensor, list[int]], list[float]]
"""From token ids and attention mask [k, t], and which sequences these are, to a number for each."""


def numbers(sequences: Sequence[Ids], around: Affixes, pad: int, read: Read) -> list[float]:
    """A number for each sequence, in their order.

    Parameters
    ----------
    sequences : sequence of int32 arrays
        Without special tokens.
    around : Affixes
        Special tokens to put around each.
    pad : int
        The padding token.
    read : callable
        Reads a batch.
    """
    found = [0.0] * len(sequences)
    for start in range(0, len(sequences), _BLOCK):
        block = sequences[start : start + _BLOCK]
        for places in batches([len(one) + around.count for one in block], TOKENS):
            ids, mask = map(torch.from_numpy, padded([block[place] for place in places], around, pad)[:2])
            for place, number in zip(places, read(ids, mask, [start + p for p in places]), strict=True):
                found[start + place] = number
    return found
