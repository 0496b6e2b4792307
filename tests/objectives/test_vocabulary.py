from __future__ import annotations

import numpy as np
import pytest

from tests.fixtures.models import CAUSAL, FAMILIES
from tests.fixtures.objectives import tiny_masked
from wardspace.objectives import Vocabulary


@pytest.mark.parametrize("family", FAMILIES)
def test_wrapping_gives_what_the_tokenizer_itself_gives(family, tmp_path):
    tokenizer = tiny_masked(tmp_path, family).tokenizer
    vocabulary = Vocabulary.of(tokenizer)
    text = "the patient denies fever"
    bare = tokenizer(text, add_special_tokens=False)["input_ids"]
    assert vocabulary.wrap(bare).tolist() == tokenizer(text)["input_ids"]
    assert vocabulary.special[tokenizer.all_special_ids].all()
    assert not set(vocabulary.replacements) & set(tokenizer.all_special_ids)


def test_without_a_mask_the_first_token_has_nothing_to_be_guessed_from(tmp_path):
    vocabulary = Vocabulary.of(tiny_masked(tmp_path, CAUSAL).tokenizer)
    assert vocabulary.mask_id is None
    assert vocabulary.specials_per_sequence == 0
    word = int(vocabulary.replacements[0])
    assert not vocabulary.has_word(np.array([word]))
    assert vocabulary.has_word(np.array([word, word]))


def test_the_mask_of_a_causal_model_is_not_used(tmp_path):
    tokenizer = tiny_masked(tmp_path).tokenizer
    assert Vocabulary.of(tokenizer).mask_id == tokenizer.mask_token_id
    assert Vocabulary.of(tokenizer, "causal").mask_id is None
