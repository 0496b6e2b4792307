"""Notes as token ids: whole, without special tokens, and what a model wants before, between and after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Union

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from wardspace.corpus.prepare.statistics import TokenCount

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Ids = NDArray[np.int32]
AnyTokenizer = Union[Tokenizer, "PreTrainedTokenizerBase"]
"""A fast tokenizer, by itself or inside that of transformers."""
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

    def wrap(self, text: Ids) -> tuple[Ids, Ids]:
        """Ids and token types of the whole sequence, int32 [t] each."""
        ids = np.concatenate([np.asarray(part, dtype=np.int32) for part in (self.before, text, self.after)])
        return ids, np.zeros_like(ids)


@dataclass(frozen=True, slots=True, eq=False)
class TokenPair:
    """Two texts that are read together, without special tokens.

    Attributes
    ----------
    first, second : int32 [n]
        Their token ids.
    """

    first: Ids
    second: Ids

    def __len__(self) -> int:
        """Tokens of both."""
        return len(self.first) + len(self.second)


@dataclass(frozen=True)
class PairAffixes:
    """Special tokens around and between two texts that are read together.

    Attributes
    ----------
    before, between, after : tuple of int
        The tokens.
    types : tuple of int
        Token types: of each token before, of the first text, of each token between, of the second text, and of each
        token after.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.between) + len(self.after)

    def wrap(self, pair: TokenPair) -> tuple[Ids, Ids]:
        """Ids and token types of the whole sequence, int32 [t] each."""
        parts = [self.before, pair.first, self.between, pair.second, self.after]
        ids = np.concatenate([np.asarray(part, dtype=np.int32) for part in parts])
        sizes = [*[1] * len(self.before), len(pair.first), *[1] * len(self.between), len(pair.second)]
        return ids, np.repeat(np.array(self.types, dtype=np.int32), [*sizes, *[1] * len(self.after)])


BARE = PairAffixes((), (), (), (0, 0))
"""Nothing around two texts, and nothing between them."""


def untruncated(tokenizer: AnyTokenizer) -> Tokenizer:
    """The fast tokenizer inside, with cutting and padding off (some folders ship with both on)."""
    core: Tokenizer = tokenizer if isinstance(tokenizer, Tokenizer) else tokenizer.backend_tokenizer
    core.no_truncation()
    core.no_padding()
    return core


def affixes(tokenizer: AnyTokenizer) -> Affixes:
    """Read the special tokens off the tokenizer's own template (the same for every text)."""
    probe = untruncated(tokenizer).encode("a")
    content = [place for place, special in enumerate(probe.special_tokens_mask) if not special]
    first, last = (content[0], content[-1] + 1) if content else (len(probe.ids), len(probe.ids))
    return Affixes(tuple(probe.ids[:first]), tuple(probe.ids[last:]))


def pair_affixes(tokenizer: AnyTokenizer) -> PairAffixes:
    """Read the special tokens of two texts off the tokenizer's own template (the same for every pair)."""
    probe = untruncated(tokenizer).encode("a", "a")
    owners = np.array([-1 if owner is None else owner for owner in probe.sequence_ids], dtype=np.int64)
    ids, types = probe.ids, probe.type_ids
    first, second = np.flatnonzero(owners == 0), np.flatnonzero(owners == 1)
    if not len(first) or not len(second):  # a tokenizer that does not know the letter
        alone = affixes(tokenizer)
        return PairAffixes(alone.before, (), alone.after, (0,) * (alone.count + 2))
    start, end, start_second, end_second = first[0], first[-1] + 1, second[0], second[-1] + 1
    before, between, after = ids[:start], ids[end:start_second], ids[end_second:]
    kept = [*range(start + 1), *range(end, start_second + 1), *range(end_second, len(ids))]
    return PairAffixes(tuple(before), tuple(between), tuple(after), tuple(types[place] for place in kept))


def token_ids(tokenizer: AnyTokenizer, texts: Sequence[str]) -> list[Ids]:
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


def tokens_with_offsets(tokenizer: AnyTokenizer, texts: Sequence[str]) -> list[PlacedTokens]:
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


def token_counter(tokenizer: AnyTokenizer) -> TokenCount:
    """Counts the tokens of texts, without special tokens."""
    return TokenCount(untruncated(tokenizer))
