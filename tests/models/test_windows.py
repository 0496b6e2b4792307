import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardspace.models.tokens import Affixes
from wardspace.models.windows import batches, padded, spans


@given(st.integers(0, 3000), st.integers(1, 300), st.floats(0, 0.99))
def test_spans_cover_every_token_and_step_evenly(tokens, room, overlap):
    found = spans(tokens, room, overlap)
    seen = np.zeros(tokens, dtype=int)
    for start, end in found:
        assert 0 <= end - start <= room
        seen[start:end] += 1
    assert (seen > 0).all()
    assert found[0][0] == 0
    assert found[-1][1] == tokens
    assert all(end - start == room for start, end in found[:-1])
    # the window before the last does not reach the end: no window is there for nothing
    assert all(end < tokens for _, end in found[:-1])


def test_spans_by_hand():
    assert spans(0, 8, 0.25) == [(0, 0)]
    assert spans(8, 8, 0.25) == [(0, 8)]
    assert spans(9, 8, 0.25) == [(0, 8), (6, 9)]
    assert spans(20, 8, 0.0) == [(0, 8), (8, 16), (16, 20)]


@given(st.lists(st.integers(0, 200), max_size=80), st.integers(1, 500))
def test_batches_hold_each_window_once_within_the_budget(lengths, budget):
    found = list(batches(lengths, budget))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= budget
    order = [lengths[place] for batch in found for place in batch]
    assert order == sorted(order, reverse=True)


def test_padded_puts_special_tokens_right_behind_the_text():
    around = Affixes((101,), (102,))
    ids, mask, types = padded([np.array([5, 6, 7], dtype=np.int32), np.array([], dtype=np.int32)], around, pad=9)
    assert ids.tolist() == [[101, 5, 6, 7, 102], [101, 102, 9, 9, 9]]
    assert mask.tolist() == [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]]
    assert not types.any()


def test_padded_never_masks_a_whole_row():
    _, mask, _ = padded([np.array([], dtype=np.int32)], Affixes((), ()), pad=0)
    assert mask.tolist() == [[1]]
