"""Which words are hidden and what is in their place (Devlin et al. 2019)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardspace.objectives.units import Ids
from wardspace.objectives.vocabulary import Vocabulary

MASKED, REPLACED = 0.8, 0.1
"""Shares of chosen tokens that become the mask token and a random token; the rest stay as they are."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A sequence with some of its words hidden.

    Parameters
    ----------
    ids : int32 [n]
        The sequence as the encoder reads it.
    positions : int64 [m]
        Where a word is to be predicted, in rising order: where it stood, or for a causal model the place before (-1
        is that of the special token before the sequence).
    targets : int32 [m]
        The words that stood there.
    """

    ids: Ids
    positions: npt.NDArray[np.int64]
    targets: Ids


def mask(
    ids: Ids, vocabulary: Vocabulary, probability: float, random: np.random.Generator, words: Ids | None = None
) -> Masked:
    """Hide words of one sequence.

    Each token (or, given `words`, each word with all its tokens) is chosen with `probability`. Of the chosen tokens 80%
    become the mask token, 10% another token drawn evenly from the vocabulary, 10% stay. Special tokens are never chosen
    and never drawn. Where chance chooses nothing, one token (or word) is chosen evenly, so that every sequence with a
    token to mask has something to predict; this raises the share slightly in sequences of a few tokens.

    For a causal model nothing is hidden: the chosen tokens are to be predicted from what is before them.

    Parameters
    ----------
    ids : int32 [n]
        Token ids, with or without special tokens.
    vocabulary : Vocabulary
        Which tokens are special.
    probability : float
        Chance of a token or word to be chosen.
    random : numpy Generator
        Keyed by the caller with (seed, epoch, note, piece), so that masks depend on neither order nor batch.
    words : int32 [n], optional
        Word index of each token, for whole-word masking.

    References
    ----------
    Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, section 3.1.
    """
    units = np.arange(len(ids)) if words is None else np.unique(words, return_inverse=True)[1]
    maskable = ~vocabulary.special[ids]
    maskable[: vocabulary.first] = False
    chosen = maskable & (random.random(len(ids))[units] < probability)
    if not chosen.any() and maskable.any():
        chosen = maskable & (units == units[random.choice(np.flatnonzero(maskable))])
    positions = np.flatnonzero(chosen)
    if vocabulary.mask_id is None:
        return Masked(ids, positions - 1, ids[positions])
    hidden = ids.copy()
    roll = random.random(len(positions))
    hidden[positions[roll < MASKED]] = vocabulary.mask_id
    swapped = positions[(roll >= MASKED) & (roll < MASKED + REPLACED)]
    pool = vocabulary.replacements
    hidden[swapped] = pool[random.integers(len(pool), size=len(swapped))]
    return Masked(hidden, positions, ids[positions])
