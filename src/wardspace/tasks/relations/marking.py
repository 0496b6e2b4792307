"""Texts as tokens in which every mention is put between signs that say its type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from wardspace.models.tokens import Ids, PlacedTokens, token_ids, tokens_with_offsets
from wardspace.tasks.entities.mentions import Mention

_OPEN, _CLOSE = "[", "]"
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


class MarkedText(NamedTuple):
    """Tokens of a text with its mentions marked."""

    ids: Ids
    """Tokens, int32 [t]."""
    markers: NDArray[np.int64]
    """The marker of each mention, the first token of its type, rising, [m]."""
    ends: NDArray[np.int64]
    """The sign that closes each, [m]."""


@dataclass(frozen=True, eq=False)
class Marking:
    """Marks mentions as `[ disease acute hepatitis ]`, in words of the model's own vocabulary.

    Attributes
    ----------
    tokenizer : PreTrainedTokenizerBase
        Makes tokens.
    types : tuple of str
        Types of entity; another type is marked with its whole name.
    """

    tokenizer: PreTrainedTokenizerBase
    types: tuple[str, ...]

    def marked(self, texts: Sequence[str], mentions: Sequence[Sequence[Mention]]) -> list[MarkedText]:
        """Mark the mentions of texts; those of each in the order of the text, the longest first."""
        tokens = tokens_with_offsets(self.tokenizer, texts)
        return [self._marked(one, own) for one, own in zip(tokens, mentions, strict=True)]

    def _marked(self, tokens: PlacedTokens, mentions: Sequence[Mention]) -> MarkedText:
        starts, ends = tokens.offsets[:, 0], tokens.offsets[:, 1]
        signs: list[tuple[int, bool, int, Ids]] = []
        for place, one in enumerate(mentions):
            first = int(np.searchsorted(ends, one.start, side="right"))
            last = max(first, int(np.searchsorted(starts, one.end, side="left")))
            signs += [(first, True, place, self._opened(one.type)), (last, False, place, self._close)]
        pieces: list[Ids] = []
        markers, closed = np.zeros((2, len(mentions)), dtype=np.int64)
        length = done = 0
        # what ends is closed before another begins, the innermost first
        for at, opens, place, ids in sorted(signs, key=lambda sign: (*sign[:2], sign[2] if sign[1] else -sign[2])):
            pieces += [tokens.ids[done:at], ids]
            length += at - done
            if opens:
                markers[place] = length + min(len(self._open), len(ids) - 1)
            else:
                closed[place] = length
            length, done = length + len(ids), at
        return MarkedText(np.concatenate([*pieces, tokens.ids[done:]]), markers, closed)

    def _opened(self, kind: str) -> Ids:
        known = self._words.get(kind)
        return self._opening(kind) if known is None else known

    def _opening(self, word: str) -> Ids:
        return np.concatenate([self._open, token_ids(self.tokenizer, [word])[0]])

    @cached_property
    def _words(self) -> Mapping[str, Ids]:
        return {kind: self._opening(word) for kind, word in type_words(self.types).items()}

    @cached_property
    def _open(self) -> Ids:
        return token_ids(self.tokenizer, [_OPEN])[0]

    @cached_property
    def _close(self) -> Ids:
        return token_ids(self.tokenizer, [_CLOSE])[0]


def type_words(types: Sequence[str]) -> dict[str, str]:
    """What each type is called in a text: as many of its first words as tell it from the other types.

    Examples
    --------
    >>> type_words(["GeneOrGeneProduct", "CellLine", "Cell_Type"])
    {'GeneOrGeneProduct': 'gene', 'CellLine': 'cell line', 'Cell_Type': 'cell type'}
    """
    parts = {kind: [part.lower() for part in _PART.findall(kind)] or [kind] for kind in types}
    return {kind: " ".join(own[: _needed(own, [two for name, two in parts.items() if name != kind])])
            for kind, own in parts.items()}  # fmt: skip


def _needed(own: Sequence[str], others: Sequence[Sequence[str]]) -> int:
    sizes = (size for size in range(1, len(own)) if all(other[:size] != own[:size] for other in others))
    return next(sizes, len(own))
