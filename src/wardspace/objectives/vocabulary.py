"""What masking and collating need to know of a tokenizer."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from transformers import PreTrainedTokenizerBase

from wardspace.models.files.loading import Form
from wardspace.models.tokens import BARE, PairAffixes, TokenPair, affixes, pair_affixes
from wardspace.objectives.units import Ids


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Special tokens and the words that may replace others.

    Parameters
    ----------
    prefix, suffix : int32 [k]
        Special tokens before and after a sequence.
    mask_id : int or None
        The mask token; None for a causal model, which guesses a word from those before it instead.
    special : bool [vocabulary]
        True for ids that are never masked nor drawn as replacement.
    pairs : PairAffixes
        Special tokens around and between two texts that are read together.
    """

    prefix: Ids
    suffix: Ids
    mask_id: int | None
    special: npt.NDArray[np.bool_]
    pairs: PairAffixes = BARE

    @cached_property
    def replacements(self) -> npt.NDArray[np.int64]:
        """Ids that may replace a token: all but the special ones."""
        return np.flatnonzero(~self.special)

    @property
    def specials_per_sequence(self) -> int:
        """Special tokens that every sequence carries."""
        return len(self.prefix) + len(self.suffix)

    def specials_of(self, sequence: Sized) -> int:
        """Special tokens that a sequence carries: one text, or two that are read together."""
        return self.pairs.count if isinstance(sequence, TokenPair) else self.specials_per_sequence

    def wrap(self, ids: Ids) -> Ids:
        """`ids` between the special tokens."""
        return np.concatenate([self.prefix, ids, self.suffix])

    @property
    def first(self) -> int:
        """Place of the first token that can be guessed: with nothing before it, a causal model has no context."""
        return int(self.mask_id is None and not len(self.prefix))

    def has_word(self, ids: Ids) -> bool:
        """Whether any token can be guessed. The first nearly always can, which spares a look at all."""
        ids = ids[self.first :]
        return len(ids) > 0 and not (self.special[ids[0]] and self.special[ids].all())

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase, form: Form = "masked") -> Vocabulary:
        """Read it off a tokenizer; that of a causal model may have a mask token, which the model cannot use."""
        special = np.zeros(len(tokenizer), dtype=np.bool_)
        special[[i for i in tokenizer.all_special_ids if i < len(special)]] = True
        around = affixes(tokenizer)
        prefix, suffix = np.array(around.before, dtype=np.int32), np.array(around.after, dtype=np.int32)
        mask_id = tokenizer.mask_token_id if form == "masked" else None
        return cls(prefix, suffix, mask_id, special, pair_affixes(tokenizer))
