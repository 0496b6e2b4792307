from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from wardspace.core.errors import WardspaceError
from wardspace.objectives.self_supervised import lsa as module
from wardspace.objectives.self_supervised.lsa import word_space

VOCABULARY = 60


def notes_of(topics, per_topic=20, length=30, seed=0):
    """Notes of a topic draw most tokens from the topic's own ten."""
    random = np.random.default_rng(seed)
    return [
        np.where(
            random.random(length) < 0.8,
            10 * topic + random.integers(10, size=length),
            random.integers(VOCABULARY, size=length),
        ).astype(np.int32)
        for topic in range(topics)
        for _ in range(per_topic)
    ]


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_cosines_are_those_of_scikit_learns_own_pipeline(longest):
    notes = notes_of(4)
    counted = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, longest), sublinear_tf=True, min_df=3, max_df=0.5)
    weighed = counted.fit_transform([" ".join(map(str, note)) for note in notes])
    expected = normalize(TruncatedSVD(3, random_state=0).fit_transform(weighed))
    found = word_space(notes, 3, seed=0, longest=longest)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-3)


def test_notes_of_one_topic_are_nearest_each_other():
    found = word_space(notes_of(5), 10, seed=0)
    near = found @ found.T - 2 * np.eye(len(found))
    assert (near.argmax(1) // 20 == np.arange(len(found)) // 20).mean() > 0.95


def test_the_decomposition_is_fitted_to_no_more_notes_than_it_should_be(monkeypatch):
    monkeypatch.setattr(module, "FITTED", 40)
    found = word_space(notes_of(5), 10, seed=0)
    assert found.shape == (100, 10)
    near = found @ found.T - 2 * np.eye(len(found))
    assert (near.argmax(1) // 20 == np.arange(len(found)) // 20).mean() > 0.9


def test_the_order_of_words_tells_notes_apart_where_sequences_are_counted():
    # both kinds of notes hold the same tokens, equally often
    rising, falling = np.arange(12, dtype=np.int32), np.arange(12, dtype=np.int32)[::-1]
    notes = [np.roll(kind, shift) for kind in (rising, falling) for shift in range(12)]
    notes += [np.full(4, 20 + i % 3, np.int32) for i in range(30)]
    found = word_space(notes, 8, seed=0, longest=2)
    near = found[:24] @ found[:24].T
    same = np.kron(np.eye(2), np.ones((12, 12))) > 0
    assert near[same].min() > 0.5 > near[~same].max()


def test_of_too_many_sequences_those_of_the_most_notes_are_counted(monkeypatch):
    notes = notes_of(4)
    monkeypatch.setattr(module, "SEQUENCES", 6)
    few = word_space(notes, 30, seed=0)
    assert few.shape[1] == 5  # of six columns
    in_notes = np.bincount(np.concatenate([np.unique(note) for note in notes]))
    common = set(np.argsort(-in_notes, kind="stable")[:6].tolist())
    np.testing.assert_array_equal(np.linalg.norm(few, axis=1) > 0, [bool(common & set(n.tolist())) for n in notes])


def test_notes_without_words_in_common_are_refused():
    with pytest.raises(WardspaceError, match="2 notes share too few words"):
        word_space([np.array([1, 2], np.int32), np.array([3], np.int32)], 4, seed=0)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(st.integers(0, 8), max_size=12), min_size=8, max_size=30), st.integers(1, 12), st.integers(1, 3)
)
def test_vectors_are_unit_or_zero_and_never_more_than_asked(notes, dimensions, longest):
    try:
        found = word_space([np.array(note, np.int32) for note in notes], dimensions, seed=1, longest=longest)
    except WardspaceError:
        return
    lengths = np.linalg.norm(found, axis=1)
    assert found.shape[1] <= dimensions
    assert np.all(np.isclose(lengths, 1, atol=1e-4) | (lengths < 1e-4))
