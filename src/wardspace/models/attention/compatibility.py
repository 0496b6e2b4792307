"""What transformers does not promise of every family, found out by reading a few tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from wardspace.models.attention import positions
from wardspace.models.attention.packing import Layout, layout_of
from wardspace.models.heads.lm_heads import Head, unknown_family

_SHORT, _LONGEST = 6, 512
"""Tokens of a probe for a family that reads everything at once, and the most for one with a sliding window."""
_CLOSE = 1e-3
"""Share of the largest value that rounding may make of a difference; another formula makes far more."""

Probes = list[torch.Tensor]
"""Token ids of some sequences, the longest first."""
Reader = Callable[[torch.Tensor, Layout], torch.Tensor]
Rows = Callable[[torch.Tensor], torch.Tensor]
"""From ids (batch, tokens) to the last layer that the head works on (batch, tokens, dimension)."""


def probes(encoder: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Probes:
    """Sequences of ordinary words, one of them with a mask, that differ in length and outgrow a sliding window."""
    limit = positions.usable_positions(encoder) or _LONGEST
    longest = min(_SHORT + int(getattr(encoder.config, "sliding_window", None) or 0), limit, _LONGEST)
    special = set(tokenizer.all_special_ids)
    words = torch.tensor([word for word in range(min(len(tokenizer), 1000)) if word not in special])
    sequences = [words[(start + 7 * torch.arange(n)) % len(words)] for start, n in enumerate((longest, longest - 2, 3))]
    if tokenizer.mask_token_id is not None:
        sequences[0][1] = int(tokenizer.mask_token_id)
    return sequences


@torch.no_grad()
def check_head(model: PreTrainedModel, head: Head, rows: Rows, sequences: Probes) -> None:
    """Compare a head on rows of the last layer (of the decoder, where there is one) with what the whole model says.

    Raises
    ------
    ModelError
        If they differ: the family puts its head together in another way than its parts' names tell.
    """
    ids = sequences[0][None]
    given = {"decoder_input_ids": ids} if getattr(model.config, "is_encoder_decoder", False) else {}
    expected = model(input_ids=ids, **given).logits[0]
    try:
        right = _close(head(rows(ids)[0]), expected)
    except RuntimeError:  # parts that do not fit each other
        right = False
    if not right:
        raise unknown_family(model)


def token_types(encoder: PreTrainedModel) -> int:
    """How many types of token a family distinguishes: which of two texts read together each is of; 0 for none."""
    known = getattr(getattr(encoder, "embeddings", None), "token_type_embeddings", None)
    return known.num_embeddings if isinstance(known, nn.Embedding) and known.num_embeddings > 1 else 0


@torch.no_grad()
def reads_packed(encoder: PreTrainedModel, read: Reader, sequences: Probes) -> bool:
    """Whether sequences read end to end get the vectors that each gets by itself.

    Families fail that look at neighbours outside of attention (MobileBERT), weigh by the share of masks in a row (ESM)
    or take no layout.
    """
    layout = layout_of([len(ids) for ids in sequences])
    types = [torch.arange(len(ids)) % 2 for ids in sequences] if token_types(encoder) else []
    said = [{"token_type_ids": one[None]} for one in types] or [{}] * len(sequences)
    layout = replace(layout, types=torch.cat(types)) if types else layout
    apart = [encoder(input_ids=ids[None], **own).last_hidden_state[0] for ids, own in zip(sequences, said, strict=True)]
    try:
        return _close(read(torch.cat(sequences), layout), torch.cat(apart))
    except (TypeError, ValueError, IndexError, RuntimeError):  # whatever it stumbles over, it cannot read this way
        return False


def _close(found: torch.Tensor, expected: torch.Tensor) -> bool:
    spread = float(expected.abs().max().nan_to_num())
    return found.shape == expected.shape and torch.allclose(
        found, expected, rtol=0, atol=_CLOSE * spread, equal_nan=True
    )
