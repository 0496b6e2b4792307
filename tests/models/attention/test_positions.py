import pytest
from transformers import AutoModel, AutoTokenizer

from tests.fixtures.models import FAMILIES, POSITIONS
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.attention.positions import usable_positions, window


@pytest.mark.parametrize("family", FAMILIES)
def test_positions_are_those_the_model_can_read(folder_of, family):
    model = AutoModel.from_pretrained(folder_of(family))
    assert usable_positions(model) == POSITIONS
    encoder = Encoder.load(folder_of(family), device="cpu")
    assert encoder.window == POSITIONS
    # a window filled to the last position really goes through
    assert encoder.encode(["chest pain " * 400]).shape == (1, 32)


def test_order_of_asked_said_tokenizer_and_model(folder_of):
    model, tokenizer = AutoModel.from_pretrained(folder_of()), AutoTokenizer.from_pretrained(folder_of())
    assert window(40, 64, model, tokenizer, "m") == 40
    assert window(None, 64, model, tokenizer, "m") == 64
    assert window(None, 512, model, tokenizer, "m") == POSITIONS
    assert window(None, None, model, tokenizer, "m") == POSITIONS
    tokenizer.model_max_length = 100
    assert window(None, None, model, tokenizer, "m") == 100
    model.embeddings.position_embeddings = None
    model.config.max_position_embeddings = -1
    tokenizer.model_max_length = 10**30
    assert window(None, None, model, tokenizer, "m") == 512


@pytest.mark.parametrize("family", ["bert", "roberta"])
def test_more_than_the_model_has_is_refused(folder_of, family):
    with pytest.raises(ModelError, match=f"window is {POSITIONS + 1} tokens; this model reads at most {POSITIONS}"):
        Encoder.load(folder_of(family), EncoderConfig(window=POSITIONS + 1), device="cpu")
