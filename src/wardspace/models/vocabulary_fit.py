"""How well a vocabulary fits some texts: which words it reads as unknown, or letter by letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from transformers import PreTrainedTokenizerBase

from wardspace.models.tokens import tokens_with_offsets

_WORD = re.compile(r"[^\W\d_]{3,}")


class VocabularyFit(NamedTuple):
    """Shares of the words of at least three letters; where a script has no blanks, of its runs of letters."""

    words: int
    """Words looked at."""
    unknown: float
    """Share with a part that the vocabulary does not have."""
    spelled: float
    """Share of the others that are read letter by letter, or in smaller pieces."""


def vocabulary_fit(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> VocabularyFit:
    """Tokenise some texts and count the words that the vocabulary does not know.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerBase
        A fast tokenizer.
    texts : sequence of str
        The texts.

    Returns
    -------
    VocabularyFit
        All 0 where there is no word.
    """
    words = unknown = spelled = 0
    for text, (ids, offsets, _) in zip(texts, tokens_with_offsets(tokenizer, texts), strict=True):
        strange = ids == (-1 if tokenizer.unk_token_id is None else tokenizer.unk_token_id)
        starts, ends = offsets[:, 0], offsets[:, 1]
        for word in _WORD.finditer(text):
            inside = (starts < word.end()) & (ends > word.start())
            words += 1
            if np.any(strange & inside):
                unknown += 1
            elif np.count_nonzero(inside) >= word.end() - word.start():
                spelled += 1
    return VocabularyFit(words, unknown / words, spelled / words) if words else VocabularyFit(0, 0.0, 0.0)
