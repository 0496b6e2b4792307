"""A causal base is read, trained and saved as any other; only its words are guessed from those before them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.fixtures.models import CAUSAL, SEQ2SEQ, sample_texts, sequences
from wardspace.models import Encoder, LanguageModel
from wardspace.models.attention.packing import layout_of
from wardspace.models.files.loading import form_of, open_folder

LENGTHS = [70, 20, 20, 3]


@pytest.mark.parametrize(
    ("family", "form"), [(CAUSAL, "causal"), ("bert", "masked"), ("modernbert", "masked"), (SEQ2SEQ, "seq2seq")]
)
def test_the_form_of_a_model_is_that_of_its_family(folder_of, family, form):
    assert form_of(open_folder(folder_of(family))) == form
    assert form_of(open_folder(folder_of(family, False))) == form


def test_sequences_end_to_end_get_the_vectors_that_each_gets_by_itself(folder_of):
    masked = LanguageModel.load(folder_of(CAUSAL)).double()
    plain = AutoModelForCausalLM.from_pretrained(folder_of(CAUSAL), dtype=torch.float64).eval()
    assert masked.packs
    ids = sequences(LENGTHS)
    with torch.no_grad():
        found = masked.hidden(torch.cat(ids), layout_of(LENGTHS))
        expected = torch.cat([plain.model(input_ids=one[None]).last_hidden_state[0] for one in ids])
        scores = torch.cat([plain(input_ids=one[None]).logits[0] for one in ids])
        assert torch.allclose(masked.logits(found), scores, atol=1e-9)
    assert torch.allclose(found, expected, atol=1e-9)


def test_a_token_is_read_without_those_after_it(folder_of):
    masked = LanguageModel.load(folder_of(CAUSAL))
    ids = torch.cat(sequences(LENGTHS))
    other = ids.clone()
    other[60:70] = 11
    with torch.no_grad():
        one, two = (masked.hidden(given, layout_of(LENGTHS)) for given in (ids, other))
    assert torch.allclose(one[:60], two[:60], atol=1e-5)
    assert not torch.allclose(one[60:70], two[60:70], atol=1e-2)
    assert torch.allclose(one[70:], two[70:], atol=1e-5)


def test_vectors_are_the_mean_of_the_tokens_and_survive_a_save(folder_of, tmp_path):
    encoder = Encoder.load(folder_of(CAUSAL))
    texts = sample_texts(4)
    found = encoder.encode(texts, show_progress=False, precision="fp32")
    model = AutoModelForCausalLM.from_pretrained(folder_of(CAUSAL)).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder_of(CAUSAL))
    with torch.no_grad():
        for text, vector in zip(texts, found, strict=True):
            rows = model.model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            assert np.allclose(vector, rows.mean(0).numpy(), atol=1e-4)
    encoder.save(tmp_path / "saved")
    again = Encoder.load(tmp_path / "saved").encode(texts, show_progress=False, precision="fp32")
    assert np.allclose(found, again, atol=1e-5)


def test_its_head_is_its_words_and_so_nothing_is_new(folder_of):
    for with_head in (True, False):
        masked = LanguageModel.load(folder_of(CAUSAL, with_head))
        assert masked.form == "causal"
        assert not masked.head_is_new
        assert list(masked.head_parameters()) == []
