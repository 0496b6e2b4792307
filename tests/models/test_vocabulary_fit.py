import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from wardspace.models.vocabulary_fit import VocabularyFit, vocabulary_fit


@pytest.fixture
def tokenizer():
    words = [
        "[UNK]",
        "pain",
        "leg",
        *"abcdefghijklmnopqrstuvwxyz",
        *(f"##{one}" for one in "abcdefghijklmnopqrstuvwxyz"),
    ]
    core = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=core, unk_token="[UNK]")


def test_known_spelled_and_unknown_words_are_counted(tokenizer):
    # "xyz" takes a token a letter; "боль" is unknown; words of two letters and numbers are not looked at
    assert vocabulary_fit(tokenizer, ["pain leg", "xyz an 12", "боль"]) == VocabularyFit(4, 0.25, 0.25)


def test_without_words_nothing_is_said(tokenizer):
    assert vocabulary_fit(tokenizer, ["", "12 / 5"]) == VocabularyFit(0, 0.0, 0.0)
