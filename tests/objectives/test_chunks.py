from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from wardspace.objectives.chunks import MOST_TOKENS, chunked
from wardspace.objectives.masking import Masked
from wardspace.objectives.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    np.array([1], dtype=np.int32),
    np.array([2, 2], dtype=np.int32),
    mask_id=3,
    pad_id=0,
    special=np.zeros(100, dtype=bool),
)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=40))
def test_every_sequence_is_there_once_with_its_special_tokens(lengths):
    sequences = [np.full(n, 10 + i % 80, dtype=np.int32) for i, n in enumerate(lengths)]
    chunks = chunked(sequences, VOCABULARY)
    rows = torch.cat([chunk["rows"] for chunk in chunks])
    assert sorted(rows.tolist()) == list(range(len(lengths)))
    for chunk in chunks:
        for ids, attended, row in zip(chunk["input_ids"], chunk["attention_mask"], chunk["rows"], strict=True):
            expected = VOCABULARY.wrap(sequences[row])
            assert ids[: len(expected)].tolist() == expected.tolist()
            assert attended.tolist() == [1] * len(expected) + [0] * (len(ids) - len(expected))
        assert chunk["input_ids"].numel() <= max(MOST_TOKENS, chunk["input_ids"].shape[1])


def test_spans_of_very_different_lengths_need_little_padding():
    random = np.random.default_rng(0)
    lengths = (random.beta(2, 4, 60) * 224 + 32).astype(int)
    chunks = chunked([np.full(n, 9, dtype=np.int32) for n in lengths], VOCABULARY)
    padded = sum(chunk["input_ids"].numel() for chunk in chunks)
    real = sum(int(chunk["attention_mask"].sum()) for chunk in chunks)
    assert 1 - real / padded < 0.1
    assert len(chunks) < 20


def test_words_to_predict_are_found_again_in_the_flattened_chunk():
    random = np.random.default_rng(0)
    sequences = []
    for n in (3000, 30, 500, 7, 2800):
        positions = np.sort(random.choice(n, n // 5 + 1, replace=False))
        ids = random.integers(10, 100, n).astype(np.int32)
        sequences.append(Masked(ids, positions, ids[positions]))
    chunks = chunked(sequences, VOCABULARY)
    assert len(chunks) > 1
    for chunk in chunks:
        assert chunk["input_ids"].flatten()[chunk["masked"]].tolist() == chunk["targets"].tolist()
    assert sum(len(chunk["targets"]) for chunk in chunks) == sum(len(s.positions) for s in sequences)
