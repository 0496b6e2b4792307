"""A base of encoder and decoder: its parts give what plain transformers gives."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from transformers import AutoTokenizer, T5EncoderModel, T5ForConditionalGeneration

from tests.fixtures.models import SEQ2SEQ, sample_texts, sequences
from tests.fixtures.objectives import setting_of
from wardspace.config import MlmConfig
from wardspace.core.errors import WardspaceError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.attention.packing import layout_of
from wardspace.objectives import build

READ = [70, 20, 20, 3, 1]
WRITTEN = [33, 9, 9, 4, 1]
SOURCES = [4, 0, 3, 1, 2]
"""Which of the sequences read each of those written looks at."""


def parts(folder):
    ours = LanguageModel.load(folder).double()
    return ours, T5ForConditionalGeneration.from_pretrained(folder, dtype=torch.float64).eval()


@pytest.mark.parametrize("sources", [None, SOURCES])
def test_scores_are_those_of_plain_transformers_one_pair_at_a_time(folder_of, sources):
    ours, plain = parts(folder_of(SEQ2SEQ))
    read, written = sequences(READ), sequences(WRITTEN, seed=1)
    with torch.no_grad():
        layout = layout_of(READ)
        memory = ours.hidden(torch.cat(read), layout)
        chosen = None if sources is None else torch.tensor(sources)
        rows = ours.decoded(torch.cat(written), layout_of(WRITTEN), memory, layout, chosen)
        found = ours.logits(rows).split(WRITTEN)
        for place, (ids, logits) in enumerate(zip(written, found, strict=True)):
            source = read[place if sources is None else sources[place]]
            expected = plain(input_ids=source[None], decoder_input_ids=ids[None]).logits[0]
            assert torch.allclose(logits, expected, atol=1e-9, rtol=1e-7)


def test_gradients_are_those_of_plain_transformers(folder_of):
    ours, plain = parts(folder_of(SEQ2SEQ))
    read, written = sequences(READ), sequences(WRITTEN, seed=1)
    memory = ours.hidden(torch.cat(read), layout_of(READ))
    rows = ours.decoded(torch.cat(written), layout_of(WRITTEN), memory, layout_of(READ))
    ours.logits(rows).square().sum().backward()
    for source, ids in zip(read, written, strict=True):
        plain(input_ids=source[None], decoder_input_ids=ids[None]).logits.square().sum().backward()
    theirs = dict(plain.named_parameters())
    for name, mine in ours.model.named_parameters():
        expected = theirs[name].grad
        assert torch.allclose(mine.grad, expected, atol=1e-9 * float(expected.abs().max() + 1)), name


def test_a_model_without_a_decoder_decodes_nothing(folder_of):
    model, ids = LanguageModel.load(folder_of("bert")), torch.tensor([5, 6])
    memory = model.hidden(ids, layout_of([2]))
    with pytest.raises(TypeError, match="no decoder"):
        model.decoded(ids, layout_of([2]), memory, layout_of([2]))


def test_the_encoder_shares_its_weights_and_is_counted_once(folder_of):
    model = LanguageModel.load(folder_of(SEQ2SEQ))
    assert not model.packs
    assert not model.head_is_new
    own = {id(parameter) for parameter in model.parameters()}
    assert {id(parameter) for parameter in model.encoder.parameters()} < own
    assert all(name.startswith("model.") for name in model.state_dict())
    head = {id(parameter) for parameter in model.head_parameters()}
    assert head | {id(parameter) for parameter in model.encoder.parameters()} == own
    again = copy.deepcopy(model)
    assert {id(p) for p in again.encoder.parameters()} < {id(p) for p in again.parameters()}


@pytest.mark.parametrize("adapted", [False, True])
def test_its_encoder_opens_in_plain_sentence_transformers_with_equal_vectors(folder_of, tmp_path, adapted):
    folder, texts = folder_of(SEQ2SEQ), sample_texts(5)
    encoder = LanguageModel.load(folder).to_encoder() if adapted else Encoder.load(folder, device="cpu")
    found = encoder.encode(texts, show_progress=False, precision="fp32")
    plain, tokenizer = T5EncoderModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        for text, vector in zip(texts, found, strict=True):
            rows = plain(**{k: v for k, v in tokenizer(text, return_tensors="pt").items() if k != "token_type_ids"})
            assert np.allclose(vector, rows.last_hidden_state[0].mean(0).numpy(), atol=1e-4)
    encoder.save(tmp_path / "saved")
    opened = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    np.testing.assert_allclose(opened.encode(texts), found, atol=1e-4)
    again = Encoder.load(tmp_path / "saved", device="cpu").encode(texts, show_progress=False, precision="fp32")
    np.testing.assert_allclose(again, found, atol=1e-5)


def test_the_folder_of_its_encoder_has_a_new_decoder(folder_of, tmp_path):
    Encoder.load(folder_of(SEQ2SEQ), device="cpu").save(tmp_path / "saved")
    model = LanguageModel.load(tmp_path / "saved")
    assert model.form == "seq2seq"
    assert model.head_is_new


def test_saved_whole_it_comes_back_whole(folder_of, tmp_path):
    model = LanguageModel.load(folder_of(SEQ2SEQ))
    model.save(tmp_path / "saved")
    again = T5ForConditionalGeneration.from_pretrained(tmp_path / "saved")
    state = again.state_dict()
    assert all(state[name].equal(value) for name, value in model.model.state_dict().items())


def test_hidden_words_are_not_for_it(folder_of):
    model = LanguageModel.load(folder_of(SEQ2SEQ))
    with pytest.raises(WardspaceError, match="encoder and decoder"):
        build(MlmConfig(), model, setting_of(model))
