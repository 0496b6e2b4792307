from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.core.seeds import generator
from wardspace.objectives.masking import mask
from wardspace.objectives.vocabulary import Vocabulary

SPECIAL = np.zeros(1000, dtype=bool)
SPECIAL[:5] = True
NONE = np.zeros(0, dtype=np.int32)
VOCABULARY = Vocabulary(NONE, NONE, mask_id=4, special=SPECIAL)
IDS = st.lists(st.integers(0, 999), min_size=1, max_size=80).map(lambda ids: np.array(ids, dtype=np.int32))


@given(IDS, st.floats(0.01, 0.99), st.integers(0, 50))
def test_targets_are_what_stood_there_and_special_tokens_stay(ids, probability, seed):
    masked = mask(ids, VOCABULARY, probability, generator(seed))
    assert (masked.targets == ids[masked.positions]).all()
    assert not SPECIAL[masked.targets].any()
    elsewhere = np.setdiff1d(np.arange(len(ids)), masked.positions)
    assert (masked.ids[elsewhere] == ids[elsewhere]).all()
    put = masked.ids[masked.positions]
    assert ((put == VOCABULARY.mask_id) | ~SPECIAL[put]).all()


@given(IDS, st.integers(0, 50))
def test_a_sequence_with_a_maskable_token_always_has_something_to_predict(ids, seed):
    masked = mask(ids, VOCABULARY, 0.01, generator(seed))
    assert (len(masked.positions) > 0) == bool((~SPECIAL[ids]).any())


@given(IDS, st.integers(0, 50), st.integers(1, 4))
def test_whole_words_are_chosen_with_all_their_pieces(ids, seed, pieces):
    words = (np.arange(len(ids)) // pieces).astype(np.int32)
    masked = mask(ids, VOCABULARY, 0.3, generator(seed), words)
    chosen = np.zeros(len(ids), dtype=bool)
    chosen[masked.positions] = True
    for word in np.unique(words):
        maskable = (words == word) & ~SPECIAL[ids]
        assert chosen[maskable].all() or not chosen[maskable].any()


@given(IDS, st.integers(0, 50), st.booleans(), st.integers(1, 3))
def test_a_causal_model_guesses_words_from_the_place_before_and_nothing_is_hidden(ids, seed, prefixed, pieces):
    prefix = np.array([1], dtype=np.int32) if prefixed else NONE
    words = (np.arange(len(ids)) // pieces).astype(np.int32)
    causal = Vocabulary(prefix, NONE, mask_id=None, special=SPECIAL)
    masked = mask(ids, causal, 0.2, generator(seed), words)
    assert masked.ids is ids
    assert (masked.targets == ids[masked.positions + 1]).all()
    assert not SPECIAL[masked.targets].any()
    # without a special token before it there is nothing to guess the first word from
    assert (masked.positions >= (-1 if prefixed else 0)).all()
    assert causal.has_word(ids) == (len(masked.positions) > 0)


def test_shares_are_those_of_the_paper():
    ids = np.full(200_000, 7, dtype=np.int32)
    masked = mask(ids, VOCABULARY, 0.15, generator(1))
    put = masked.ids[masked.positions]
    assert abs(len(put) / len(ids) - 0.15) < 0.005
    assert abs((put == VOCABULARY.mask_id).mean() - 0.8) < 0.01
    # a random replacement can be the token itself once in 995 times
    assert abs((put == 7).mean() - (0.1 + 0.1 / 995)) < 0.01
    swapped = put[(put != 7) & (put != VOCABULARY.mask_id)]
    assert len(np.unique(swapped)) > 900


def test_the_same_keys_give_the_same_mask_and_other_keys_another():
    ids = np.arange(5, 500, dtype=np.int32)
    first, again = (mask(ids, VOCABULARY, 0.15, generator(1, "mask", 0, "n1")) for _ in range(2))
    other = mask(ids, VOCABULARY, 0.15, generator(1, "mask", 1, "n1"))
    assert (first.ids == again.ids).all()
    assert not np.array_equal(first.positions, other.positions)
