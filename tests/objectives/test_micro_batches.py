from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from wardspace.objectives.masking import Masked
from wardspace.objectives.micro_batches import Batch, TokenLimit, micro_batches
from wardspace.objectives.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    np.array([1], dtype=np.int32),
    np.array([2, 2], dtype=np.int32),
    mask_id=3,
    special=np.zeros(100, dtype=bool),
)
LENGTHS = st.lists(st.integers(1, 700), min_size=1, max_size=40)
ROOMS = st.builds(TokenLimit, tokens=st.integers(1, 5000), rectangle=st.integers(0, 500))


def rows_of(lengths):
    return [np.full(n, 10 + i % 80, dtype=np.int32) for i, n in enumerate(lengths)]


@given(LENGTHS, ROOMS)
def test_every_sequence_is_there_once_with_its_special_tokens(lengths, room):
    sequences = rows_of(lengths)
    found = micro_batches(sequences, VOCABULARY, room)
    rows = torch.cat([one.rows for one in found])
    assert sorted(rows.tolist()) == list(range(len(lengths)))
    for one in found:
        parts = one.ids.split(one.layout.lengths.tolist())
        for ids, row in zip(parts, one.rows.tolist(), strict=True):
            assert ids.tolist() == VOCABULARY.wrap(sequences[row]).tolist()
        assert len(one.ids) == one.layout.tokens


@given(LENGTHS, ROOMS)
def test_passes_are_as_few_as_the_room_allows_and_nearly_equal(lengths, room):
    found = micro_batches(rows_of(lengths), VOCABULARY, room)
    tokens = [one.layout.tokens for one in found]
    longest = max(lengths) + VOCABULARY.specials_per_sequence
    assert len(found) <= -(-sum(tokens) // room.tokens)
    # a sequence goes to one pass as a whole: that is all that a pass may have too much or too little
    assert max(tokens) <= sum(tokens) / -(-sum(tokens) // room.tokens) + longest
    falling = [size for one in found for size in one.layout.lengths.tolist()]
    assert falling == sorted(falling, reverse=True)


def test_what_fits_is_one_pass_and_nothing_is_none():
    assert len(micro_batches(rows_of([100] * 30), VOCABULARY, TokenLimit(tokens=103 * 30))) == 1
    assert len(micro_batches(rows_of([100] * 30), VOCABULARY, TokenLimit(tokens=103 * 30 - 1))) == 2
    assert micro_batches([], VOCABULARY, TokenLimit()) == []


def test_equally_long_sequences_keep_their_order():
    (one,) = micro_batches(rows_of([5, 9, 5, 9, 5]), VOCABULARY, TokenLimit())
    assert one.rows.tolist() == [1, 3, 0, 2, 4]


def test_spans_of_very_different_lengths_need_little_padding():
    random = np.random.default_rng(0)
    lengths = (random.beta(2, 4, 60) * 224 + 32).astype(int)
    found = micro_batches([np.full(n, 9, dtype=np.int32) for n in lengths], VOCABULARY, TokenLimit())
    padded = sum(one.layout.padded for one in found)
    real = sum(one.layout.tokens for one in found)
    assert real == sum(lengths) + 3 * 60
    assert 1 - real / padded < 0.1
    assert sum(len(one.layout.rectangles) for one in found) < 20


def masked_sequences():
    random = np.random.default_rng(0)
    sequences = []
    for n in (3000, 30, 500, 7, 2800):
        positions = np.sort(random.choice(n, n // 5 + 1, replace=False))
        ids = random.integers(10, 100, n).astype(np.int32)
        sequences.append(Masked(ids, positions, ids[positions]))
    return sequences


def test_words_to_predict_are_found_again_in_the_pass():
    sequences = masked_sequences()
    found = micro_batches(sequences, VOCABULARY, TokenLimit())
    assert len(found) > 1
    for one in found:
        assert one.ids[one.targets["positions"]].tolist() == one.targets["words"].tolist()
    assert sum(len(one.targets["words"]) for one in found) == sum(len(s.positions) for s in sequences)


def test_masked_sequences_and_others_share_passes():
    plain = np.full(500, 9, dtype=np.int32)
    (one,) = micro_batches([plain, *masked_sequences()[1:4], plain], VOCABULARY, TokenLimit())
    owners = one.rows[one.layout.owners[one.targets["positions"]]]
    assert set(owners.tolist()) == {1, 2, 3}
    assert one.ids[one.targets["positions"]].tolist() == one.targets["words"].tolist()


def tensors_of(batch):
    layouts = [one.layout for one in batch.micro_batches]
    masks = [r.mask for layout in layouts for r in layout.rectangles if r.mask is not None]
    held = [vars(part).values() for part in (*batch.micro_batches, *layouts)]
    return [batch.labels, *masks, *(value for values in held for value in values if isinstance(value, torch.Tensor))]


def test_moving_a_batch_takes_every_tensor_along():
    batch = Batch(micro_batches(masked_sequences(), VOCABULARY, TokenLimit(2000)), torch.zeros(5, 0), {"mlm": 7})
    moved = batch.to(torch.device("meta"))
    assert len(tensors_of(moved)) == len(tensors_of(batch))
    assert any(r.mask is not None for one in moved.micro_batches for r in one.layout.rectangles)
    assert all(tensor.device.type == "meta" for tensor in tensors_of(moved))
    assert (moved.tokens, moved.counts) == (batch.tokens, {"mlm": 7})
