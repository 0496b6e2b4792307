"""Two texts read together, as plain transformers reads them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from tests.fixtures.models import FAMILIES, sample_texts
from wardspace.config import EncoderConfig
from wardspace.models import Encoder, LanguageModel
from wardspace.models.tokens import TokenPair, pair_affixes, token_ids
from wardspace.models.windows import pair_windows
from wardspace.objectives import Vocabulary
from wardspace.objectives.micro_batches import TokenLimit, micro_batches

FIRSTS, SECONDS = sample_texts(6, seed=1), sample_texts(6, words=5, seed=2)
TYPED = ("bert", "ernie", "nomic_bert")
"""Families that distinguish two texts by token types."""


def pairs_of(tokenizer):
    return [TokenPair(*pair) for pair in zip(*(token_ids(tokenizer, side) for side in (FIRSTS, SECONDS)), strict=True)]


def plain(folder, family):
    """Ids and last layer of each pair by transformers' own classifier and encoding of two texts, without a batch."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    found = []
    for texts in zip(FIRSTS, SECONDS, strict=True):
        given = tokenizer(*texts, return_tensors="pt", return_token_type_ids=family in TYPED)
        with torch.no_grad():
            hidden = model(**given, output_hidden_states=True).hidden_states[-1][0]
        found.append((given["input_ids"][0], hidden))
    return found


@pytest.mark.parametrize("family", [*FAMILIES, *TYPED[1:]])
def test_pairs_read_end_to_end_are_what_a_classifier_of_transformers_reads(folder_of, family):
    masked = LanguageModel.load(folder_of(family)).eval()
    assert (masked.token_types > 0) == (family in TYPED)
    sequences = micro_batches(pairs_of(masked.tokenizer), Vocabulary.of(masked.tokenizer), TokenLimit(60))
    assert len(sequences) > 1
    expected = plain(folder_of(family), family)
    for one in sequences:
        with torch.no_grad():
            hidden = masked.hidden(one.ids, one.layout)
        lengths = one.layout.lengths.tolist()
        for row, ids, vectors in zip(one.rows.tolist(), one.ids.split(lengths), hidden.split(lengths), strict=True):
            assert ids.tolist() == expected[row][0].tolist()
            assert (vectors - expected[row][1]).abs().max() < 1e-4


def test_token_types_make_a_difference_where_there_are_any(folder_of):
    masked = LanguageModel.load(folder_of("bert")).eval()
    (one,) = micro_batches(pairs_of(masked.tokenizer), Vocabulary.of(masked.tokenizer), TokenLimit())
    with torch.no_grad():
        with_types = masked.hidden(one.ids, one.layout)
        one.layout.types.zero_()
        assert (masked.hidden(one.ids, one.layout) - with_types).abs().max() > 0.01


@pytest.mark.parametrize("family", ["bert", "roberta", "mpnet"])
def test_an_encoder_pools_both_texts_as_they_are_read_together(folder_of, family):
    encoder = Encoder.load(folder_of(family), EncoderConfig(pooling="mean", normalise="no"), device="cpu")
    expected = [hidden.mean(0).numpy() for _, hidden in plain(folder_of(family), family)]
    assert np.abs(encoder.encode_pairs(FIRSTS, SECONDS, precision="fp32") - np.stack(expected)).max() < 1e-4


def test_of_a_pair_longer_than_the_window_all_is_read(folder_of):
    whole = Encoder.load(folder_of("bert"), EncoderConfig(window=128), device="cpu")
    narrow = Encoder.load(folder_of("bert"), EncoderConfig(window=24, overlap=0.0), device="cpu")
    long, short = [" ".join(FIRSTS)], [SECONDS[0]]
    around = pair_affixes(whole.tokenizer)
    pair = TokenPair(*(token_ids(whole.tokenizer, side)[0] for side in (long, short)))
    windows = pair_windows(pair, 24 - around.count, 0.0)
    assert np.concatenate([one.first for one in windows]).tolist() == pair.first.tolist()
    texts = whole.tokenizer.batch_decode([one.first for one in windows])
    assert [ids.tolist() for ids in token_ids(whole.tokenizer, texts)] == [one.first.tolist() for one in windows]
    each = whole.encode_pairs(texts, short * len(texts), precision="fp32")
    sizes = np.array([len(one) + around.count for one in windows])
    expected = (each * sizes[:, None]).sum(0) / sizes.sum()
    assert np.abs(narrow.encode_pairs(long, short, precision="fp32")[0] - expected).max() < 1e-4


def test_pairs_that_do_not_match_are_refused(folder_of):
    encoder = Encoder.load(folder_of("bert"), device="cpu")
    with pytest.raises(ValueError, match="2"):
        encoder.encode_pairs(FIRSTS[:2], SECONDS[:1])
    with pytest.raises(TypeError, match="encode_pairs"):
        encoder.encode_pairs("one", ["two"])


@given(st.integers(0, 400), st.integers(0, 400), st.integers(2, 200), st.floats(0, 0.9))
def test_windows_of_a_pair_fit_and_lose_nothing_of_the_longer_text(first, second, room, overlap):
    pair = TokenPair(np.arange(first, dtype=np.int32), np.arange(second, dtype=np.int32))
    found = pair_windows(pair, room, overlap)
    assert all(len(one) <= room for one in found)
    sides = [np.unique(np.concatenate(each)) for each in zip(*((one.first, one.second) for one in found), strict=True)]
    assert max(len(side) for side in sides) == max(first, second)
    shorter = min(first, second)
    assert min(len(side) for side in sides) == (shorter if first + second <= room else min(shorter, room // 2))
