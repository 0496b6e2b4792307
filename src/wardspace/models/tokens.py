"""Notes as token ids: whole, without special tokens, and what a model wants before and after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase

from wardspace.corpus.prepare.statistics import TokenCount

Ids = NDArray[np.int32]
_CHUNK = 1024
"""Texts tokenised at once: enough for the tokenizer's threads, little memory."""


@dataclass(frozen=True)
class Affixes:
    """Special tokens around a single text."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.before) + len(self.after)


def untruncated(tokenizer: PreTrainedTokenizerBase) -> Tokenizer:
    """The fast tokenizer inside, with cutting and padding off (some folders ship with both on)."""
    core: Tokenizer = tokenizer.backend_tokenizer
    core.no_truncation()
    core.no_padding()
    return core


def affixes(tokenizer: PreTrainedTokenizerBase) -> Affixes:
    """Read the special tokens off the tokenizer's own template (the same for every text)."""
    probe = untruncated(tokenizer).encode("a")
    content = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
    first, last = (content[0], content[-1] + 1) if content else (len(probe.ids), len(probe.ids))
    return Affixes(tuple(probe.ids[:first]), tuple(probe.ids[last:]))


def token_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[Ids]:
    """Tokenise whole texts, nothing cut, no special tokens added."""
    core = untruncated(tokenizer)
    found: list[Ids] = []
    for start in range(0, len(texts), _CHUNK):
        encodings = core.encode_batch_fast(list(texts[start : start + _CHUNK]), add_special_tokens=False)
        found.extend(np.asarray(encoding.ids, dtype=np.int32) for encoding in encodings)
    return found


class PlacedTokens(NamedTuple):
    """Tokens of a text, and where they stand in it."""

    ids: Ids
    """Their ids, int32 [t]."""
    offsets: Ids
    """First character of each token in the text, and the one after its last, int32 [t, 2]."""
    words: Ids
    """Number of the word that each token is a piece of, by the tokenizer's own cutting, int32 [t]."""


def tokens_with_offsets(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[PlacedTokens]:
    """Tokenise whole texts as `token_ids` does, and say which characters each token stands for."""
    encodings = untruncated(tokenizer).encode_batch(list(texts), add_special_tokens=False)
    return [
        PlacedTokens(
            np.asarray(one.ids, dtype=np.int32),
            np.asarray(one.offsets, dtype=np.int32).reshape(-1, 2),
            np.asarray([-1 if word is None else word for word in one.word_ids], dtype=np.int32),
        )
        for one in encodings
    ]


def token_counter(tokenizer: PreTrainedTokenizerBase) -> TokenCount:
    """Counts the tokens of texts, without special tokens."""
    return TokenCount(untruncated(tokenizer))
