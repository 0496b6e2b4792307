import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from wardspace.corpus.review.estimate import clustered_share, exact_interval

counts = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_exact_interval_is_that_of_the_beta_distribution(count, confidence):
    hits, total = count
    tail = (1 - confidence) / 2
    low = stats.beta.ppf(tail, hits, total - hits + 1) if hits else 0.0
    high = stats.beta.ppf(1 - tail, hits + 1, total - hits) if hits < total else 1.0
    assert exact_interval(hits, total, confidence) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("notes", [1, 30, 200, 3000])
def test_none_missed_still_leaves_room_for_some(notes):
    low, high = exact_interval(0, notes)
    assert low == 0
    assert high == pytest.approx(1 - 0.025 ** (1 / notes))
    assert exact_interval(0, notes, confidence=0.9)[1] == pytest.approx(3 / notes, rel=0.02) or notes < 200


def test_a_bootstrap_over_notes_is_wider_than_one_over_identifiers():
    # each note is found whole or missed whole: 40 notes say no more than 40 identifiers would
    hits, totals = [10] * 30 + [0] * 10, [10] * 40
    share = clustered_share(hits, totals, seed=0)
    assert (share.hits, share.total, share.notes, share.value) == (300, 400, 40, 0.75)
    spread = np.sqrt(0.75 * 0.25 / 40)
    assert share.low == pytest.approx(0.75 - 1.96 * spread, abs=0.03)
    assert share.high == pytest.approx(0.75 + 1.96 * spread, abs=0.03)
    low, high = exact_interval(300, 400)
    assert share.low < low < high < share.high


def test_the_same_seed_gives_the_same_interval():
    hits, totals = [1, 2, 0, 4, 1], [2, 2, 3, 4, 1]
    first, again, other = (clustered_share(hits, totals, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_where_all_are_found_notes_are_the_trials():
    share = clustered_share([3, 1, 0, 8], [3, 1, 0, 8], seed=0)
    assert (share.hits, share.total, share.notes) == (12, 12, 3)
    assert (share.low, share.high) == (pytest.approx(0.025 ** (1 / 3)), 1.0)
    none = clustered_share([0, 0], [4, 1], seed=0)
    assert (none.low, none.high) == (0.0, pytest.approx(1 - 0.025**0.5))


def test_one_note_says_nothing_of_others():
    assert (clustered_share([1], [2], seed=0).low, clustered_share([], [], seed=0).value) == (None, None)
