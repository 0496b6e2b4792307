"""Ranks against a ranking that is written out in full."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wardspace.tasks.retrieval import ranks as module
from wardspace.tasks.retrieval.ranks import DEPTH, ranks, ranks_of

# few values, so that ties are common; steps far larger than what counts as a tie
LIKENESS = st.integers(-4, 4).map(lambda value: np.float32(value / 4))


def nothing(step=1):
    pass


@st.composite
def rankings(draw):
    n = draw(st.integers(1, 40))
    scores = draw(arrays(np.float32, n, elements=LIKENESS))
    right = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=n, unique=True))
    return scores, np.array(right, dtype=np.int64)


@given(rankings())
def test_ranks_are_those_of_the_worst_order_that_the_scores_allow(made):
    scores, right = made
    worst = sorted(range(len(scores)), key=lambda i: (-scores[i], i in right))
    assert ranks_of(scores, right).tolist() == [place for place, i in enumerate(worst, 1) if i in right]


def test_where_all_coincide_the_right_note_is_last():
    assert ranks_of(np.full(50, 0.3, np.float32), np.array([7])).tolist() == [50]


def test_cosines_that_single_precision_cannot_tell_apart_are_a_tie():
    scores = np.array([0.8, 0.8 - 5e-7, 0.8 + 5e-7, 0.7], np.float32)
    assert ranks_of(scores, np.array([0])).tolist() == [3]


def test_ranks_end_at_their_depth():
    scores = np.linspace(1, 0, 3 * DEPTH, dtype=np.float32)
    assert ranks_of(scores, np.array([4, DEPTH - 1, DEPTH, 2 * DEPTH])).tolist() == [5, DEPTH]
    assert ranks_of(scores, np.arange(3 * DEPTH)).tolist() == list(range(1, DEPTH + 1))


@pytest.mark.parametrize("block", [None, 1, 2, 7])
def test_blocks_change_nothing(block):
    made = np.random.default_rng(0).normal(size=(9, 30)).astype(np.float32)
    answers = [np.array([i, 2 * i]) for i in range(1, 10)]
    found = ranks(lambda some: made[some], answers, 30, nothing, block=block)
    assert [one.tolist() for one in found] == [
        ranks_of(row, right).tolist() for row, right in zip(made, answers, strict=True)
    ]


def test_no_more_cosines_are_held_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(module, "_CELLS", 100)
    asked = []

    def scores(some):
        asked.append(some.stop - some.start)
        return np.zeros((asked[-1], 30), np.float32)

    ranks(scores, [np.array([0])] * 10, 30, nothing)
    assert asked == [3, 3, 3, 1]
