from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.corpora import small_corpus
from wardspace.training.data.notes import read_notes
from wardspace.training.data.plan import drawn_order, note_hashes

HASHES = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40, unique=True)


def order_of(hashes: list[int], pieces: list[int], seed: int = 1, epoch: int = 0) -> list[tuple[int, int]]:
    made = drawn_order(np.array(hashes, np.uint64), np.array(pieces, np.int64), seed=seed, epoch=epoch)
    return [(hashes[place], piece) for place, piece in made.tolist()]


@given(HASHES, st.data())
def test_the_order_does_not_depend_on_places_or_on_other_notes(hashes, data):
    pieces = data.draw(st.lists(st.integers(0, 4), min_size=len(hashes), max_size=len(hashes)))
    whole = order_of(hashes, pieces)
    assert sorted(whole) == sorted((one, piece) for one, k in zip(hashes, pieces, strict=True) for piece in range(k))
    assert order_of(hashes[::-1], pieces[::-1]) == whole
    some = hashes[::2]
    assert order_of(some, pieces[::2]) == [each for each in whole if each[0] in set(some)]


def test_every_epoch_and_seed_has_an_order_of_its_own_without_a_trace_of_the_others():
    hashes = list(range(4000))
    orders = [order_of(hashes, [1] * 4000, seed, epoch) for seed, epoch in ((1, 0), (1, 1), (1, 2), (2, 0))]
    places = np.array([np.argsort([one for one, _ in order]) for order in orders])
    correlated = np.corrcoef(np.concatenate([places, [hashes]]))
    assert np.abs(correlated - np.eye(5)).max() < 0.06


def test_pieces_of_a_note_are_spread_over_the_epoch():
    order = order_of([5, 6], [2000, 2000])
    halves = [np.mean([one == 5 for one, _ in order[:2000]]), np.mean([piece < 1000 for _, piece in order[:2000]])]
    assert np.abs(np.array(halves) - 0.5).max() < 0.05


def test_hashes_that_lie_with_the_tokens_are_those_of_the_names(tmp_path, masked):
    notes = read_notes(small_corpus(tmp_path / "corpus", notes=12), masked.tokenizer)
    assert note_hashes(notes).tolist() == note_hashes(list(notes)).tolist()
    assert len(set(note_hashes(notes).tolist())) == len(notes)
