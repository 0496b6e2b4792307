"""Against searching by brute force, and what makes a note uncertain."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from wardspace.tasks.annotation.active_learning import farthest_first, margin_uncertainty, span_uncertainty


def by_brute_force(vectors, count, weights, known):
    """Every distance written out, and the best taken by looking at all."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    distances = cdist(units, units)
    chosen = []
    while len(chosen) < count:
        others = [*known, *chosen]
        best, place = -1.0, None
        for row in range(len(units)):
            if row in others:
                continue
            nearest = min((distances[row, other] for other in others), default=2.0)
            if weights[row] * nearest > best + 1e-9:
                best, place = weights[row] * nearest, row
        chosen.append(place)
    return chosen


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("known", [(), (3, 17, 40)])
def test_notes_are_chosen_as_by_brute_force(seed, known):
    rng = np.random.default_rng(seed)
    vectors, weights = rng.normal(size=(60, 5)), rng.random(60)
    for given in (weights, np.ones(60)):
        assert farthest_first(vectors, 12, given, known) == by_brute_force(vectors, 12, given, known)


def test_k_center_is_at_most_twice_the_best():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(12, 3))
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    distances = cdist(units, units)
    chosen = farthest_first(vectors, 3, np.ones(12))
    triples = [(a, b, c) for a in range(12) for b in range(a) for c in range(b)]
    best = min(distances[:, list(centres)].min(axis=1).max() for centres in triples)
    assert distances[:, chosen].min(axis=1).max() <= 2 * best


def test_no_more_are_chosen_than_there_are_and_sure_ones_last():
    vectors = np.eye(5)
    assert sorted(farthest_first(vectors, 9, np.ones(5), [1])) == [0, 2, 3, 4]
    assert farthest_first(vectors, 2, np.array([0, 0, 0.1, 0, 0.2])) == [4, 2]
    assert farthest_first(vectors, 0, np.ones(5)) == []


def test_a_note_is_uncertain_where_two_classes_are_alike():
    probabilities = np.array([[0.9, 0.1, 0.0], [0.4, 0.4, 0.2], [0.5, 0.3, 0.2]])
    assert margin_uncertainty(probabilities) == pytest.approx([0.2, 1.0, 0.8])
    assert margin_uncertainty(np.ones((2, 1))).tolist() == [1, 1]


def test_a_note_without_spans_is_as_uncertain_as_others():
    assert span_uncertainty([[0.9, 0.5], [], [0.7]]) == pytest.approx([0.3, 0.3, 0.3])
    assert span_uncertainty([[1.0], [], [0.5]]) == pytest.approx([0, 0.25, 0.5])
    assert span_uncertainty([[], []]).tolist() == [1, 1]
