from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize

from wardspace.objectives.self_supervised import distillation_targets
from wardspace.objectives.self_supervised.distillation_targets import blended, drawn_together, levelled, turned_onto


def unit(n, d, seed=0):
    return normalize(np.random.default_rng(seed).normal(size=(n, d))).astype(np.float32)


def test_cosines_of_a_blend_are_weighed_means():
    base, words = unit(30, 8), unit(30, 5, seed=1)
    both = blended(base, words, 2.0)
    np.testing.assert_allclose(both @ both.T, (base @ base.T + 4 * words @ words.T) / 5, atol=1e-5)


def test_neighbours_are_the_nearest_others():
    vectors = unit(40, 6)
    nearest = NearestNeighbors(n_neighbors=4).fit(vectors).kneighbors(vectors, return_distance=False)[:, 1:]
    expected = normalize(vectors + 0.5 * normalize(vectors[nearest].mean(1)))
    np.testing.assert_allclose(drawn_together(vectors, np.arange(40), 3, 0.5), expected, atol=1e-5)


def test_pieces_of_one_note_are_no_neighbours_of_each_other():
    vectors = unit(6, 4)
    owners = np.array([0, 0, 0, 1, 1, 2])
    near = vectors @ vectors.T
    near[owners[:, None] == owners] = -np.inf
    expected = normalize(vectors + 0.5 * vectors[near.argmax(1)])
    np.testing.assert_allclose(drawn_together(vectors, owners, 1, 0.5), expected, atol=1e-5)
    # of fewer others than asked for all count, and a note that is alone stays where it is
    sums = np.stack([vectors[owners != owner].sum(0) for owner in owners])
    np.testing.assert_allclose(
        drawn_together(vectors, owners, 9, 0.5), normalize(vectors + 0.5 * normalize(sums)), atol=1e-5
    )
    np.testing.assert_allclose(drawn_together(vectors, np.zeros(6, np.int64), 2, 0.5), vectors, atol=1e-6)


def test_drawing_makes_groups_denser():
    centres = np.repeat(unit(4, 6), 25, axis=0)
    vectors = normalize(centres + 0.3 * unit(100, 6, seed=2)).astype(np.float32)
    near = np.arange(100) // 25 == (np.arange(100) // 25)[:, None]
    drawn = drawn_together(vectors, np.arange(100), 5, 1.0)
    assert (drawn @ drawn.T)[near].mean() > (vectors @ vectors.T)[near].mean() + 0.01


def test_nothing_to_draw_towards_changes_nothing():
    vectors = unit(5, 3)
    assert drawn_together(vectors, np.arange(5), 0, 1.0) is vectors
    assert drawn_together(vectors[:1], np.arange(1), 3, 1.0).shape == (1, 3)


def test_few_candidates_stand_for_all(monkeypatch):
    monkeypatch.setattr(distillation_targets, "CANDIDATES", 10)
    vectors = unit(50, 4)
    chosen = np.unique(np.linspace(0, 49, 10).astype(int))
    near = vectors @ vectors[chosen].T
    near[chosen, np.arange(10)] = -np.inf
    nearest = chosen[near.argmax(1)]
    np.testing.assert_allclose(
        drawn_together(vectors, np.arange(50), 1, 1.0), normalize(vectors + vectors[nearest]), atol=1e-5
    )


def test_a_space_of_few_directions_keeps_its_cosines_whatever_its_axes():
    flat = unit(60, 5)
    wide = (flat @ np.linalg.qr(np.random.default_rng(3).normal(size=(12, 5)))[0].T).astype(np.float32)
    turned = turned_onto(wide, unit(60, 8, seed=4))
    np.testing.assert_allclose(turned @ turned.T, flat @ flat.T, atol=1e-4)


def test_the_base_itself_in_other_axes_comes_back_as_it_was():
    base = unit(80, 6)
    rotation = np.linalg.qr(np.random.default_rng(5).normal(size=(6, 6)))[0].astype(np.float32)
    np.testing.assert_allclose(
        turned_onto(np.hstack([base @ rotation, np.zeros((80, 3), np.float32)]), base), base, atol=1e-4
    )


def test_rounding_does_not_turn_the_space_of_few_notes():
    """Six notes in eight dimensions leave turns open, which must not be left to the machine's rounding."""
    base = unit(6, 8, seed=7)
    base = normalize(base - base.mean(axis=0))
    wide = normalize(np.hstack([base, unit(6, 5, seed=8)]))
    rounded = wide + np.random.default_rng(9).normal(size=wide.shape).astype(np.float32) * 1e-7
    np.testing.assert_allclose(turned_onto(rounded, base), turned_onto(wide, base), atol=1e-4)
    np.testing.assert_allclose(turned_onto(wide, base) @ turned_onto(wide, base).T, wide @ wide.T, atol=1e-5)


def test_what_a_class_has_in_common_is_set_aside():
    """Two classes written differently, about the same eight matters: the nearest are then of the same matter."""
    random = np.random.default_rng(11)
    matters = np.tile(random.normal(size=(8, 20)), (10, 1))
    kinds = np.repeat([0, 1], 40)
    vectors = normalize(matters + 3 * random.normal(size=(2, 20))[kinds]).astype(np.float32)
    level = levelled(vectors, kinds[:, None])
    alone = np.eye(80, dtype=bool)
    plain, nearest = (np.where(alone, -1, one @ one.T).argsort(axis=1)[:, -9:] for one in (vectors, level))
    assert (kinds[plain] == kinds[:, None]).all()
    assert (nearest % 8 == (np.arange(80) % 8)[:, None]).all()


def test_setting_aside_spares_lone_and_unknown_classes():
    vectors = unit(50, 6, seed=12)
    codes = np.concatenate([np.full(48, -1), [0], [1]])[:, None]
    found = levelled(vectors, codes)
    np.testing.assert_allclose(found[:48], vectors[:48], atol=1e-6)
    assert (found * vectors).sum(1).min() > 0.97
    np.testing.assert_allclose(levelled(vectors, np.zeros((50, 2), dtype=np.int64)), vectors, atol=1e-6)


def test_neighbours_may_be_found_in_another_space():
    vectors, seen = unit(30, 5, seed=13), unit(30, 4, seed=14)
    nearest = NearestNeighbors(n_neighbors=4).fit(seen).kneighbors(seen, return_distance=False)[:, 1:]
    expected = normalize(vectors + 0.5 * normalize(vectors[nearest].mean(1)))
    np.testing.assert_allclose(drawn_together(vectors, np.arange(30), 3, 0.5, seen=seen), expected, atol=1e-5)
