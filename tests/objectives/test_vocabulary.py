from __future__ import annotations

import pytest

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import tiny_masked
from wardspace.core.errors import ModelError
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


def test_a_tokenizer_without_a_mask_is_told(masked):
    class Maskless:
        mask_token_id, pad_token_id, name_or_path = None, 0, "maskless"

    with pytest.raises(ModelError, match="no mask"):
        Vocabulary.of(Maskless())
