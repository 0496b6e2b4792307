"""Passes of an encoder without gradients, in PyTorch: what reads the padded windows of `wardspace.models.reading`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from wardspace.models import hardware, reading, windows
from wardspace.models.pieces import Pieces, block_pieces
from wardspace.models.token_vectors import TokenVectors
from wardspace.models.tokens import Ids, affixes

if TYPE_CHECKING:
    from wardspace.models.encoder import Encoder

    Vectors = NDArray[np.float32]
    Padded = NDArray[np.int64]

_PIECE_BLOCK = 1024
"""Texts whose windows are sorted together: enough to fill batches with windows of one length."""


@contextmanager
def evaluating(model: PreTrainedModel) -> Iterator[None]:
    """Dropout off, and back on afterwards where it was on."""
    training = model.training
    model.train(False)
    try:
        yield
    finally:
        model.train(training)


@contextmanager
def passing(encoder: Encoder, precision: str) -> Iterator[None]:
    """Without dropout and gradients, in a precision that `Encoder.encode` explains."""
    with evaluating(encoder.model), torch.inference_mode(), hardware.autocast(precision, encoder.device):
        yield


def notes(encoder: Encoder, texts: Sequence[str], *, show_progress: bool, precision: str) -> Vectors:
    """What `Encoder.encode` returns."""
    with passing(encoder, precision):
        return reading.encode_notes(encoder.reading, _embed(encoder), texts, show_progress=show_progress)


def embed_windows(encoder: Encoder, pieces: Sequence[Ids], precision: str) -> Vectors:
    """What `Encoder.embed_windows` returns."""
    how = encoder.reading
    with passing(encoder, precision):
        return _embed(encoder)(*windows.padded(pieces, affixes(how.tokenizer), how.pad))


def pairs(
    encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str], *, show_progress: bool, precision: str
) -> Vectors:
    """What `Encoder.encode_pairs` returns."""
    with passing(encoder, precision):
        return reading.encode_pairs(encoder.reading, _embed(encoder), firsts, seconds, show_progress=show_progress)


def token_vectors(
    encoder: Encoder, texts: Sequence[str], precision: str, layers: Sequence[int] | None
) -> Iterator[TokenVectors]:
    """What `Encoder.token_vectors` yields."""
    width = encoder.dimension * (1 if layers is None else len(layers))
    forward = _forward(encoder, layers)
    for start in range(0, len(texts), reading.TOKEN_BLOCK):
        some = texts[start : start + reading.TOKEN_BLOCK]
        # whole, before the first is handed on: between two of them the caller may train
        with passing(encoder, precision):
            block = list(reading.block_token_vectors(encoder.reading, forward, some, width))
        yield from block


def pieces(encoder: Encoder, texts: Sequence[str], precision: str) -> Iterator[Pieces]:
    """What `Encoder.pieces` yields."""
    for start in range(0, len(texts), _PIECE_BLOCK):
        with passing(encoder, precision):
            block = list(block_pieces(encoder.reading, _embed(encoder), texts[start : start + _PIECE_BLOCK]))
        yield from block


def read(encoder: Encoder, sequences: Sequence[NDArray[np.int32]], precision: str) -> list[Vectors]:
    """What `Encoder.read` returns."""
    around = affixes(encoder.tokenizer)
    forward = _forward(encoder, None)
    found: list[Vectors] = [np.zeros((0, encoder.dimension), dtype=np.float32)] * len(sequences)
    lengths = [len(one) + around.count for one in sequences]
    with passing(encoder, precision):
        for batch in windows.batches(lengths, encoder.pass_tokens):
            rows = reading.content_rows(encoder.reading, forward, [sequences[place] for place in batch], around)
            for place, vectors in zip(batch, rows, strict=True):
                found[place] = vectors
    return found


def _embed(encoder: Encoder) -> reading.Pass:
    def embed(*padded: Padded) -> Vectors:
        vectors: Vectors = encoder.embed(*(torch.from_numpy(one).to(encoder.device) for one in padded)).cpu().numpy()
        return vectors

    return embed


def _forward(encoder: Encoder, layers: Sequence[int] | None) -> reading.Pass:
    def forward(ids: Padded, mask: Padded, _: Padded) -> Vectors:
        ids_there, mask_there = (torch.from_numpy(one).to(encoder.device) for one in (ids, mask))
        output = encoder.model(input_ids=ids_there, attention_mask=mask_there, output_hidden_states=layers is not None)
        hidden = output.last_hidden_state
        if layers is not None:
            hidden = torch.cat([output.hidden_states[layer].float() for layer in layers], dim=-1)
        vectors: Vectors = hidden.float().cpu().numpy()
        return vectors

    return forward
