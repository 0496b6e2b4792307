"""Sequences of differing length as a few padded rectangles, so that little of what the encoder reads is padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import torch

from wardspace.objectives.masking import Masked
from wardspace.objectives.notes import Ids
from wardspace.objectives.vocabulary import Vocabulary

MOST_TOKENS = 4096
"""Most padded tokens of a chunk (or one sequence)."""
FEW_TOKENS = 512
"""A chunk smaller than this takes sequences of any length: tiny ones would keep a processor waiting."""
CLOSE = 0.85
"""A larger chunk takes only sequences that are at least this share of its longest."""


class Chunk(TypedDict):
    """Sequences of similar length, padded to the longest of them.

    `rows` holds the place of each sequence in the list they came from, `masked` the places of words to predict in the
    flattened [b * t], `targets` those words.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    rows: torch.Tensor
    masked: torch.Tensor
    targets: torch.Tensor


def chunked(sequences: Sequence[Ids | Masked], vocabulary: Vocabulary) -> list[Chunk]:
    """Sort sequences by length, cut them into chunks and add the special tokens.

    Parameters
    ----------
    sequences : sequence of int32 [n] or Masked
        Token ids without special tokens; `Masked` ones carry words to predict.
    vocabulary : Vocabulary
        Special tokens and padding.
    """
    size = [len(s.ids if isinstance(s, Masked) else s) + vocabulary.specials_per_sequence for s in sequences]
    order = sorted(range(len(size)), key=lambda row: (-size[row], row))
    falling = [size[row] for row in order]
    chunks: list[Chunk] = []
    start = 0
    while start < len(order):
        taken = order[start : _end(falling, start)]
        chunks.append(_chunk([sequences[row] for row in taken], taken, falling[start], vocabulary))
        start += len(taken)
    return chunks


def _end(size: list[int], start: int) -> int:
    """Where the chunk that begins at `start` ends, given falling sizes."""
    width, end = size[start], start + 1
    while end < len(size) and (end + 1 - start) * width <= MOST_TOKENS:
        if size[end] < CLOSE * width and (end - start) * width >= FEW_TOKENS:
            break
        end += 1
    return end


def _chunk(sequences: list[Ids | Masked], rows: list[int], width: int, vocabulary: Vocabulary) -> Chunk:
    ids = np.full((len(sequences), width), vocabulary.pad_id, dtype=np.int64)
    attended = np.zeros((len(sequences), width), dtype=np.int64)
    masked: list[np.ndarray] = []
    targets: list[np.ndarray] = []
    for row, sequence in enumerate(sequences):
        whole = vocabulary.wrap(sequence.ids if isinstance(sequence, Masked) else sequence)
        ids[row, : len(whole)] = whole
        attended[row, : len(whole)] = 1
        if isinstance(sequence, Masked):
            masked.append(row * width + len(vocabulary.prefix) + sequence.positions)
            targets.append(sequence.targets)
    return Chunk(
        input_ids=torch.from_numpy(ids),
        attention_mask=torch.from_numpy(attended),
        rows=torch.tensor(rows),
        masked=_joined(masked),
        targets=_joined(targets),
    )


def _joined(arrays: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.concatenate(arrays).astype(np.int64) if arrays else np.zeros(0, dtype=np.int64))
