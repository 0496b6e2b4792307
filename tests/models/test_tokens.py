import pytest
from transformers import AutoTokenizer

from tests.fixtures.models import FAMILIES, sample_texts
from wardspace.models.tokens import affixes, token_counter, token_ids


@pytest.mark.parametrize("family", FAMILIES)
def test_ids_and_affixes_make_up_what_the_tokenizer_gives(folder_of, family):
    tokenizer = AutoTokenizer.from_pretrained(folder_of(family))
    texts = [*sample_texts(6), "", "x" * 400]
    around = affixes(tokenizer)
    assert around.count == 2
    for ids, expected in zip(token_ids(tokenizer, texts), tokenizer(texts)["input_ids"], strict=True):
        assert [*around.before, *ids.tolist(), *around.after] == expected


def test_nothing_is_cut_even_if_the_folder_says_so(folder_of):
    tokenizer = AutoTokenizer.from_pretrained(folder_of("bert"))
    tokenizer.backend_tokenizer.enable_truncation(8)
    tokenizer.backend_tokenizer.enable_padding(length=8)
    text = "chest pain " * 50
    assert token_counter(tokenizer)([text, "", "chest"])[1] == 0
    assert token_counter(tokenizer)([text])[0] >= 100
    assert len(token_ids(tokenizer, [text])[0]) == token_counter(tokenizer)([text])[0]
