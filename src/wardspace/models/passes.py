"""Passes of an encoder without gradients: windows in padded batches, and what becomes of their vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel

from wardspace.core.progress import Advance, progress
from wardspace.models import hardware, windows
from wardspace.models.pooling import unit_length
from wardspace.models.token_vectors import Reader, TokenVectors, merged
from wardspace.models.tokens import Affixes, Ids, TokenPair, affixes, pair_affixes, token_ids, tokens_with_offsets
from wardspace.models.windows import Around

if TYPE_CHECKING:
    from wardspace.models.encoder import Encoder

    Vectors = NDArray[np.float32]

P = TypeVar("P", bound=Sized)
_BLOCK = 8192
"""Notes tokenised and sorted together: bounds memory, and is enough to fill batches with notes of one length."""
_TOKEN_BLOCK = 64
"""Texts whose token vectors are held at once."""


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
    around = affixes(encoder.tokenizer)
    room = encoder.window - around.count

    def plans(some: slice) -> list[list[Ids]]:
        tokens = token_ids(encoder.tokenizer, texts[some])
        cuts = [windows.spans(len(note), room, encoder.overlap) for note in tokens]
        return [[note[start:end] for start, end in plan] for note, plan in zip(tokens, cuts, strict=True)]

    return _encoded(encoder, plans, len(texts), around, show_progress=show_progress, precision=precision)


def pairs(
    encoder: Encoder, firsts: Sequence[str], seconds: Sequence[str], *, show_progress: bool, precision: str
) -> Vectors:
    """What `Encoder.encode_pairs` returns."""
    around = pair_affixes(encoder.tokenizer)
    room = encoder.window - around.count

    def plans(some: slice) -> list[list[TokenPair]]:
        sides = (token_ids(encoder.tokenizer, texts[some]) for texts in (firsts, seconds))
        return [windows.pair_windows(TokenPair(*pair), room, encoder.overlap) for pair in zip(*sides, strict=True)]

    return _encoded(encoder, plans, len(firsts), around, show_progress=show_progress, precision=precision)


def token_vectors(
    encoder: Encoder, texts: Sequence[str], precision: str, layers: Sequence[int] | None
) -> Iterator[TokenVectors]:
    """What `Encoder.token_vectors` yields."""
    around = affixes(encoder.tokenizer)
    width = encoder.dimension * (1 if layers is None else len(layers))
    how = Reader(encoder.window - around.count, encoder.overlap, around.count, encoder.pass_tokens, width)
    for start in range(0, len(texts), _TOKEN_BLOCK):
        # whole, before the first is handed on: between two of them the caller may train
        with passing(encoder, precision):
            tokens = tokens_with_offsets(encoder.tokenizer, texts[start : start + _TOKEN_BLOCK])
            block = list(merged(tokens, how, lambda pieces: _hidden(encoder, pieces, around, layers)))
        yield from block


def read(encoder: Encoder, sequences: Sequence[NDArray[np.int32]], precision: str) -> list[Vectors]:
    """What `Encoder.read` returns."""
    around = affixes(encoder.tokenizer)
    found: list[Vectors] = [np.zeros((0, encoder.dimension), dtype=np.float32)] * len(sequences)
    lengths = [len(one) + around.count for one in sequences]
    with passing(encoder, precision):
        for batch in windows.batches(lengths, encoder.pass_tokens):
            hidden = _hidden(encoder, [sequences[place] for place in batch], around)
            for place, vectors in zip(batch, hidden, strict=True):
                found[place] = vectors
    return found


def _encoded(
    encoder: Encoder,
    plans: Callable[[slice], Sequence[Sequence[P]]],
    count: int,
    around: Around[P],
    *,
    show_progress: bool,
    precision: str,
) -> Vectors:
    """Vectors of texts, or of pairs of them, of which `plans` gives the windows; float32 [count, d]."""
    vectors = np.empty((count, encoder.dimension), dtype=np.float32)
    with progress("embedding notes", count, show=show_progress) as advance, passing(encoder, precision):
        for start in range(0, count, _BLOCK):
            some = slice(start, min(start + _BLOCK, count))
            vectors[some] = _encode_block(encoder, plans(some), around, advance)
    return vectors


def _encode_block(encoder: Encoder, plans: Sequence[Sequence[P]], around: Around[P], advance: Advance) -> Vectors:
    owners = np.repeat(np.arange(len(plans)), [len(plan) for plan in plans])
    pieces = [piece for plan in plans for piece in plan]
    lengths = [len(piece) + around.count for piece in pieces]
    # each note's windows add up to one note on the progress bar
    shares = 1.0 / np.repeat([len(plan) for plan in plans], [len(plan) for plan in plans])
    sums = np.zeros((len(plans), encoder.dimension), dtype=np.float32)
    tokens = np.zeros(len(plans), dtype=np.float32)
    for places in windows.batches(lengths, encoder.pass_tokens):
        weights = np.asarray([max(lengths[place], 1) for place in places], dtype=np.float32)
        pooled: Vectors = encoder.embed(*_padded(encoder, [pieces[place] for place in places], around)).cpu().numpy()
        # a note may own several windows of one batch: plain indexed addition would count only one of them
        np.add.at(sums, owners[places], pooled * weights[:, None])
        np.add.at(tokens, owners[places], weights)
        advance(float(shares[places].sum()))
    means = sums / tokens[:, None]
    return unit_length(means) if encoder.normalise else means


def _hidden(
    encoder: Encoder, pieces: list[NDArray[np.int32]], around: Affixes, layers: Sequence[int] | None = None
) -> list[Vectors]:
    """Vectors of the tokens of windows, special ones left out."""
    ids, mask, _ = _padded(encoder, pieces, around)
    output = encoder.model(input_ids=ids, attention_mask=mask, output_hidden_states=layers is not None)
    hidden = output.last_hidden_state
    if layers is not None:
        hidden = torch.cat([output.hidden_states[layer].float() for layer in layers], dim=-1)
    first = len(around.before)
    rows = hidden.float().cpu().numpy()
    return [row[first : first + len(piece)] for row, piece in zip(rows, pieces, strict=True)]


def _padded(encoder: Encoder, pieces: list[P], around: Around[P]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    pad = encoder.tokenizer.pad_token_id
    ids, mask, types = windows.padded(pieces, around, 0 if pad is None else int(pad))
    return ids.to(encoder.device), mask.to(encoder.device), types.to(encoder.device)
