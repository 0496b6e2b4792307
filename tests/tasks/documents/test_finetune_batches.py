from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wardspace.models.windows import spans
from wardspace.tasks.documents.finetune_batches import drawn_window, length_batches


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 300), st.integers(4, 40), st.floats(0, 0.5), st.integers(0, 20))
def test_a_window_is_one_of_the_encoder_s_own(length, room, overlap, epoch):
    ids = np.arange(length, dtype=np.int32)
    window = drawn_window(ids, room, overlap, 1, epoch, "n1")
    options = [ids[start:end].tolist() for start, end in spans(length, room, overlap)]
    assert window.tolist() in options
    assert window.tolist() == drawn_window(ids, room, overlap, 1, epoch, "n1").tolist()


def test_over_the_epochs_every_window_is_read():
    ids = np.arange(100, dtype=np.int32)
    seen = {tuple(drawn_window(ids, 20, 0.1, 1, epoch, "n1")) for epoch in range(60)}
    assert len(seen) == len(spans(100, 20, 0.1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=200), st.integers(1, 16), st.integers(0, 5))
def test_batches_hold_every_note_once(lengths, size, epoch):
    batches = list(length_batches(lengths, size, 1, epoch))
    assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
    assert max(len(batch) for batch in batches) <= size


def test_batches_are_of_like_length_and_differ_between_epochs():
    lengths = np.random.default_rng(0).integers(1, 500, size=512)
    batches = list(length_batches(lengths, 16, 1, 0))
    padding = sum(lengths[batch].max() * len(batch) for batch in batches) / lengths.sum()
    assert padding < 1.1
    other = list(length_batches(lengths, 16, 1, 1))
    assert [batch.tolist() for batch in batches] != [batch.tolist() for batch in other]
