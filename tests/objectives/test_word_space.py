from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from wardspace.core.errors import WardspaceError
from wardspace.objectives import word_space as module
from wardspace.objectives.word_space import word_space

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


def test_cosines_are_those_of_scikit_learns_own_pipeline():
    notes = notes_of(4)
    counted = TfidfVectorizer(analyzer=lambda note: note, sublinear_tf=True, min_df=3, max_df=0.5)
    weighed = counted.fit_transform([[str(token) for token in note] for note in notes])
    expected = normalize(TruncatedSVD(3, random_state=0).fit_transform(weighed))
    found = word_space(notes, 3, VOCABULARY, seed=0)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-3)


def test_notes_of_one_topic_are_nearest_each_other():
    found = word_space(notes_of(5), 10, VOCABULARY, seed=0)
    near = found @ found.T - 2 * np.eye(len(found))
    assert (near.argmax(1) // 20 == np.arange(len(found)) // 20).mean() > 0.95


def test_the_decomposition_is_fitted_to_no_more_notes_than_it_should_be(monkeypatch):
    monkeypatch.setattr(module, "FITTED", 40)
    found = word_space(notes_of(5), 10, VOCABULARY, seed=0)
    assert found.shape == (100, 10)
    near = found @ found.T - 2 * np.eye(len(found))
    assert (near.argmax(1) // 20 == np.arange(len(found)) // 20).mean() > 0.9


def test_notes_without_words_in_common_are_refused():
    with pytest.raises(WardspaceError, match="2 notes share too few words"):
        word_space([np.array([1, 2], np.int32), np.array([3], np.int32)], 4, VOCABULARY, seed=0)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(0, 8), max_size=12), min_size=8, max_size=30), st.integers(1, 12))
def test_vectors_are_unit_or_zero_and_never_more_than_asked(notes, dimensions):
    try:
        found = word_space([np.array(note, np.int32) for note in notes], dimensions, 9, seed=1)
    except WardspaceError:
        return
    lengths = np.linalg.norm(found, axis=1)
    assert found.shape[1] <= dimensions
    assert np.all(np.isclose(lengths, 1, atol=1e-4) | (lengths < 1e-4))
