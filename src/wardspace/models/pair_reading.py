"""Pairs of texts as an encoder reads them together, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from wardspace.models import windows
from wardspace.models.attention.compatibility import token_types
from wardspace.models.encoder import Encoder
from wardspace.models.passes import passing
from wardspace.models.tokens import TokenPair, pair_affixes


class PairVectors(NamedTuple):
    """Some pairs that were read at once."""

    places: list[int]
    """Which ones."""
    vectors: torch.Tensor
    """Last layer, special tokens included, float32 [n, t, d]; what is behind the end of a pair means nothing."""
    seconds: torch.Tensor
    """Where in each sequence the second text begins, int64 [n]."""


def pair_vectors(encoder: Encoder, pairs: Sequence[TokenPair], *, precision: str = "auto") -> Iterator[PairVectors]:
    """Read pairs of texts, those of like length together.

    Parameters
    ----------
    encoder : Encoder
        Reads them with its own special tokens, and token types where it has them.
    pairs : sequence of TokenPair
        Each no longer than the window with its special tokens.
    precision : {"auto", "fp32", "bf16", "fp16"}
        As for `Encoder.encode`.
    """
    around = pair_affixes(encoder.tokenizer)
    lengths = [len(pair.first) + len(pair.second) + around.count for pair in pairs]
    for places in windows.batches(lengths, encoder.pass_tokens):
        some = [pairs[place] for place in places]
        ids, mask, types = (
            torch.from_numpy(one).to(encoder.device) for one in windows.padded(some, around, encoder.reading.pad)
        )
        given = {"token_type_ids": types} if token_types(encoder.model) else {}
        # within the loop: whoever takes these is not to work in inference mode
        with passing(encoder, precision):
            hidden = encoder.model(input_ids=ids, attention_mask=mask, **given).last_hidden_state.float()
        seconds = [len(around.before) + len(pair.first) + len(around.between) for pair in some]
        yield PairVectors(places, hidden, torch.tensor(seconds, device=encoder.device))
