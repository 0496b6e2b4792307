import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from tests.fixtures.models import FAMILIES, sample_texts
from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.windows import spans

TEXTS = sample_texts(10)
LONG = " ".join(sample_texts(40, words=30))


def _reference(folder, texts, how="mean"):
    """One text at a time through plain transformers."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    rows = []
    with torch.no_grad():
        for text in texts:
            hidden = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            rows.append((hidden.mean(0) if how == "mean" else hidden[0]).numpy())
    return np.stack(rows)


@pytest.mark.parametrize("family", FAMILIES)
def test_short_notes_equal_plain_transformers(folder_of, family):
    for how in ("mean", "cls"):
        encoder = Encoder.load(folder_of(family), EncoderConfig(pooling=how), device="cpu")
        vectors = encoder.encode(TEXTS, precision="fp32")
        expected = _reference(folder_of(family), TEXTS, how)
        assert vectors.dtype == np.float32
        assert np.abs(vectors - expected).max() < 1e-5
        assert np.ptp(vectors, axis=0).max() > 0.1  # different notes, different vectors


@pytest.mark.parametrize("family", FAMILIES)
def test_a_long_mean_pooled_note_is_the_mean_of_all_tokens_of_its_windows(folder_of, family):
    config = EncoderConfig(window=34, overlap=0.25)
    encoder = Encoder.load(folder_of(family), config, device="cpu")
    ids = encoder.tokenizer(LONG, add_special_tokens=False)["input_ids"]
    probe = encoder.tokenizer("a")["input_ids"]
    cls, sep = probe[0], probe[-1]
    plan = spans(len(ids), 32, 0.25)
    assert len(plan) > 5
    tokens = []
    with torch.no_grad():
        for start, end in plan:
            row = torch.tensor([[cls, *ids[start:end], sep]])
            tokens.append(encoder.model(input_ids=row, attention_mask=torch.ones_like(row)).last_hidden_state[0])
    expected = torch.cat(tokens).mean(0).numpy()
    assert np.abs(encoder.encode([LONG], precision="fp32")[0] - expected).max() < 1e-5


def test_the_end_of_a_long_note_counts(folder_of):
    encoder = Encoder.load(folder_of(), EncoderConfig(window=16), device="cpu")
    one, other = encoder.encode([LONG + " fever", LONG + " normal"], precision="fp32")
    assert np.abs(one - other).max() > 1e-4


def test_order_and_company_do_not_matter(folder_of):
    encoder = Encoder.load(folder_of("roberta"), EncoderConfig(batch_tokens=200, window=24), device="cpu")
    texts = [*TEXTS, LONG, ""]
    vectors = encoder.encode(texts, precision="fp32")
    backwards = encoder.encode(texts[::-1], precision="fp32")[::-1]
    alone = np.concatenate([encoder.encode([text], precision="fp32") for text in texts])
    encoder.batch_tokens = 100_000
    together = encoder.encode(texts, precision="fp32")
    for other in (backwards, alone, together):
        assert np.abs(vectors - other).max() < 1e-5


def test_blocks_are_put_together_in_order(folder_of, monkeypatch):
    encoder = Encoder.load(folder_of(), device="cpu")
    whole = encoder.encode(TEXTS, precision="fp32")
    monkeypatch.setattr("wardspace.models.reading._BLOCK", 3)
    assert np.abs(encoder.encode(TEXTS, precision="fp32") - whole).max() < 1e-5


def test_empty_and_odd_texts_are_finite(folder_of):
    for family in FAMILIES:
        encoder = Encoder.load(folder_of(family), device="cpu")
        vectors = encoder.encode(["", " \n\t", "\U0001f600 Ω", "x" * 2000], precision="fp32")
        assert np.isfinite(vectors).all()
    assert encoder.encode([]).shape == (0, 32)


def test_normalised_vectors_have_length_one_after_the_windows_are_pooled(folder_of):
    plain = Encoder.load(folder_of(), EncoderConfig(window=16), device="cpu").encode([LONG, ""], precision="fp32")
    unit = Encoder.load(folder_of(), EncoderConfig(window=16, normalise="yes"), device="cpu")
    vectors = unit.encode([LONG, ""], precision="fp32")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors, plain / np.linalg.norm(plain, axis=1, keepdims=True), atol=1e-6)


def test_bf16_is_near_and_not_equal(folder_of):
    encoder = Encoder.load(folder_of(), EncoderConfig(normalise="yes"), device="cpu")
    exact, rough = encoder.encode(TEXTS, precision="fp32"), encoder.encode(TEXTS, precision="bf16")
    assert rough.dtype == np.float32
    assert np.abs(exact - rough).max() > 0
    assert (exact * rough).sum(1).min() > 0.99


def test_encoding_leaves_training_as_it_was(folder_of):
    encoder = Encoder.load(folder_of(), device="cpu")
    expected = encoder.encode(TEXTS, precision="fp32")
    encoder.model.train()
    assert np.array_equal(encoder.encode(TEXTS, precision="fp32"), expected)  # dropout was off
    assert encoder.model.training


def test_embed_carries_gradients(folder_of):
    encoder = Encoder.load(folder_of(), device="cpu")
    ids = torch.tensor([[0, 50, 60, 2]])
    encoder.embed(ids, torch.ones_like(ids)).sum().backward()
    assert encoder.model.get_input_embeddings().weight.grad.abs().sum() > 0


def test_count_tokens(folder_of):
    encoder = Encoder.load(folder_of(), device="cpu")
    expected = [len(ids) for ids in encoder.tokenizer(TEXTS, add_special_tokens=False)["input_ids"]]
    assert encoder.count_tokens(TEXTS) == expected
    assert encoder.count_tokens([]) == []


def test_weights_are_float32_whatever_the_folder_holds(folder_of, tmp_path):
    model = AutoModel.from_pretrained(folder_of()).half()
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(folder_of()).save_pretrained(tmp_path)
    encoder = Encoder.load(tmp_path, device="cpu")
    assert {parameter.dtype for parameter in encoder.model.parameters()} == {torch.float32}
