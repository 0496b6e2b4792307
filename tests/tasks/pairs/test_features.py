"""What linear models read of a pair."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from tests.fixtures.pairs import paired_corpus
from tests.tasks.pairs.test_kind import gold_of, task_of
from wardspace.tasks.pairs.features import BLOCKS, TfidfOfPairs, parts_of, second_vectors
from wardspace.tasks.probes.scaling import BlockScaling


def test_parts_are_both_vectors_their_difference_and_product():
    random = np.random.default_rng(0)
    one, other = (random.standard_normal((5, 3)).astype(np.float32) for _ in range(2))
    u, v = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (one, other))
    assert np.allclose(parts_of(one * 7, other), np.hstack([u, v, abs(u - v), u * v]), atol=1e-6)


def test_scaling_gives_all_parts_the_same_length():
    random = np.random.default_rng(1)
    parts = parts_of(*(random.standard_normal((200, 8)).astype(np.float32) for _ in range(2)))
    scaled = BlockScaling.of(parts, BLOCKS).apply(parts)
    assert np.abs(scaled.mean(axis=0)).max() < 1e-5
    assert (scaled**2).reshape(200, 4, 8).sum(axis=2).mean(axis=0) == pytest.approx([0.25] * 4, rel=1e-4)
    constant = np.ones((3, 8), np.float32)
    assert np.isfinite(BlockScaling.of(constant, BLOCKS).apply(constant)).all()


def test_counted_words_are_those_of_both_sides(tmp_path):
    gold = gold_of(paired_corpus(tmp_path / "corpus"), task_of())
    train, test = gold.units("train"), gold.units("test")
    counted = TfidfOfPairs(gold.texts, train)
    first, second = (counted.vectorizer.transform(side) for side in (test.firsts, test.seconds))
    size = counted.terms
    features = counted.of(test).toarray()
    assert "penicillin" in counted.vectorizer.vocabulary_  # a word of the other side alone
    assert features.shape == (len(test.rows), 4 * size + 1)
    expected = [first.toarray(), second.toarray(), abs(first - second).toarray(), first.multiply(second).toarray()]
    expected.append(np.diag(cosine_similarity(first, second))[:, None])
    parts = np.split(features, [size, 2 * size, 3 * size, 4 * size], axis=1)
    for found, wanted in zip(parts, expected, strict=True):
        gain = found.sum() / wanted.sum()
        assert gain > 0 and np.allclose(found, wanted * gain, atol=1e-5)
    own = np.split(counted.of(train).toarray(), [size, 2 * size, 3 * size, 4 * size], axis=1)
    assert [float((part**2).sum(axis=1).mean()) for part in own] == pytest.approx([0.2] * 5, rel=1e-3)


def test_a_text_that_many_pairs_have_is_embedded_once():
    asked = []

    def encode(texts, show_progress):
        asked.extend(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    assert second_vectors(encode, ["a", "bb", "a", "bb", "a"])[:, 0].tolist() == [1, 2, 1, 2, 1]
    assert asked == ["a", "bb"]
