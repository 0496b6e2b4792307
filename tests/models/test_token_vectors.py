from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModel, AutoTokenizer

from tests.fixtures.models import CAUSAL, FAMILIES, sample_texts
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.windows import most_central, spans

ODD = ["", "Chest pain,\r\n no fever.", "İ ﬁbrillation 🩺 40° nausea", "   "]


@pytest.mark.parametrize("family", [*FAMILIES, CAUSAL])
def test_one_window_gives_what_plain_transformers_gives(folder_of, family):
    folder = folder_of(family)
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    encoder = Encoder.load(folder, device="cpu")
    texts = [*sample_texts(5), *ODD]
    for text, found in zip(texts, encoder.token_vectors(texts, precision="fp32"), strict=True):
        plain = tokenizer(text, return_tensors="pt", return_offsets_mapping=True, return_special_tokens_mask=True)
        ordinary = ~plain["special_tokens_mask"][0].bool()
        assert found.offsets.tolist() == plain["offset_mapping"][0][ordinary].tolist()
        assert found.vectors.dtype == np.float32
        assert found.vectors.shape == (len(found.offsets), encoder.dimension)
        if ordinary.any():
            with torch.no_grad():
                expected = model(input_ids=plain["input_ids"], attention_mask=plain["attention_mask"])
            np.testing.assert_allclose(found.vectors, expected.last_hidden_state[0][ordinary].numpy(), atol=2e-5)


@pytest.mark.parametrize("overlap", [0.0, 0.4])
def test_a_long_text_gives_every_token_once_read_where_it_is_most_central(folder_of, overlap):
    folder = folder_of("bert")
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    encoder = Encoder.load(folder, EncoderConfig(window=16, overlap=overlap), device="cpu")
    text = " ".join(sample_texts(6))
    (found,) = encoder.token_vectors([text], precision="fp32")
    plain = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    assert found.offsets.tolist() == [list(pair) for pair in plain["offset_mapping"]]
    ids = plain["input_ids"]
    for place in range(0, len(ids), 5):
        reading = max(spans(len(ids), 14, overlap), key=lambda span: _context(place, span, len(ids)))
        window = [tokenizer.cls_token_id, *ids[slice(*reading)], tokenizer.sep_token_id]
        with torch.no_grad():
            hidden = model(input_ids=torch.tensor([window])).last_hidden_state[0]
        np.testing.assert_allclose(found.vectors[place], hidden[1 + place - reading[0]].numpy(), atol=2e-5)


@pytest.mark.parametrize("family", [*FAMILIES, CAUSAL])
def test_layers_next_to_each_other_as_plain_transformers_gives_them(folder_of, family):
    folder = folder_of(family)
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    encoder = Encoder.load(folder, device="cpu")
    last = model.config.num_hidden_layers
    assert encoder.spread_layers(1) is None and encoder.spread_layers(2) == [0, last]
    assert encoder.spread_layers(99) == list(range(last + 1))
    texts = sample_texts(3)
    for text, found in zip(texts, encoder.token_vectors(texts, precision="fp32", layers=[0, last]), strict=True):
        plain = tokenizer(text, return_tensors="pt", return_special_tokens_mask=True)
        ordinary = ~plain.pop("special_tokens_mask")[0].bool()
        with torch.no_grad():
            hidden = model(**plain, output_hidden_states=True).hidden_states
        expected = torch.cat([hidden[0], hidden[-1]], dim=-1)[0][ordinary]
        np.testing.assert_allclose(found.vectors, expected.numpy(), atol=2e-5)


def test_offsets_slice_back_to_the_text_of_each_token(folder_of):
    encoder = Encoder.load(folder_of("bert"), device="cpu")
    text = "Chest pain,\r\n denies FEVER. " * 30
    (found,) = encoder.token_vectors([text])
    ids = encoder.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
    pieces = [piece.removeprefix("##") for piece in encoder.tokenizer.convert_ids_to_tokens(ids)]
    assert [text[start:end].lower() for start, end in found.offsets] == pieces


def test_texts_come_in_their_order_whatever_block_they_fall_into(folder_of, monkeypatch):
    encoder = Encoder.load(folder_of("bert"), device="cpu")
    texts = [*sample_texts(7), *ODD]
    whole = list(encoder.token_vectors(texts, precision="fp32"))
    monkeypatch.setattr("wardspace.models.reading.TOKEN_BLOCK", 2)
    parts = list(encoder.token_vectors(texts, precision="fp32"))
    for one, other in zip(whole, parts, strict=True):
        assert one.offsets.tolist() == other.offsets.tolist()
        np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-5)


def test_one_string_is_refused(folder_of):
    with pytest.raises(TypeError):
        Encoder.load(folder_of("bert"), device="cpu").token_vectors("chest pain")


def _context(place, span, tokens):
    """Tokens on the poorer side, by brute force; the ends of the text cut nothing off. Nothing for another window."""
    start, end = span
    if not start <= place < end:
        return -1
    before = place - start if start else tokens
    after = end - 1 - place if end < tokens else tokens
    return min(before, after)


@given(st.integers(0, 300), st.integers(1, 40), st.floats(0, 0.95))
def test_each_token_is_taken_from_the_window_with_the_most_context(tokens, room, overlap):
    plan = spans(tokens, room, overlap)
    chosen = most_central(tokens, plan)
    for place in range(tokens):
        contexts = [_context(place, span, tokens) for span in plan]
        assert chosen[place] == contexts.index(max(contexts))
