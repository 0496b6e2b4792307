import numpy as np
import pytest
import torch

from tests.fixtures.models import tiny_model
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.unit_length import unit_length


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder.load(tiny_model(tmp_path_factory.mktemp("base") / "model"), EncoderConfig(window=16), device="cpu")


def test_a_note_of_one_window_has_the_vector_of_encode_and_its_own_characters(encoder):
    texts = ["chest pain", "fever and cough", ""]
    found = list(encoder.pieces(texts, precision="fp32"))
    assert [len(one.vectors) for one in found] == [1, 1, 1]
    wanted = unit_length(encoder.encode(texts, show_progress=False, precision="fp32"))
    np.testing.assert_allclose(np.concatenate([one.vectors for one in found]), wanted, atol=1e-5)
    assert [texts[0][slice(*found[0].offsets[0])], found[2].offsets[0].tolist()] == ["chest pain", [0, 0]]


def test_windows_of_a_long_note_are_those_that_transformers_reads(encoder):
    text = " ".join(f"pain{i} chest fever" for i in range(20))
    (found,) = encoder.pieces([text], precision="fp32")
    assert len(found.vectors) > 2
    assert found.offsets[0, 0] == 0
    assert found.offsets[-1, 1] == len(text)
    assert (found.offsets[1:, 0] < found.offsets[:-1, 1]).all()  # they overlap
    ids = encoder.tokenizer(text, add_special_tokens=False)["input_ids"][: encoder.window - 2]
    whole = torch.tensor([[encoder.tokenizer.cls_token_id, *ids, encoder.tokenizer.sep_token_id]])
    with torch.inference_mode():
        mean = encoder.model.eval()(input_ids=whole).last_hidden_state[0].mean(0).numpy()
    np.testing.assert_allclose(found.vectors[0], mean / np.linalg.norm(mean), atol=1e-5)
    assert found.tokens[0] == len(ids)
