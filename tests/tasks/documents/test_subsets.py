from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fixtures.labels import made_labels
from wardspace.tasks.documents.subsets import few_shot, stratified

sizes = st.lists(st.integers(5, 60), min_size=2, max_size=5)


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 12), st.integers(1, 30), st.integers(0, 50))
def test_smaller_subsets_lie_inside_larger_ones(sizes, shots, more, seed):
    labels = made_labels(sizes)
    small, large = few_shot(labels, shots, seed), few_shot(labels, shots + more, seed)
    assert set(small) <= set(large)
    assert (labels.split[large] == "train").all()
    available = np.bincount(labels.codes[labels.rows("train")])
    np.testing.assert_array_equal(np.bincount(labels.codes[small]), np.minimum(available, shots))
    assert (np.diff(small) > 0).all()


def test_seeds_draw_differently_and_repeat_exactly():
    labels = made_labels([50, 50])
    draws = {tuple(few_shot(labels, 5, seed)) for seed in range(10)}
    assert len(draws) == 10
    np.testing.assert_array_equal(few_shot(labels, 5, 3), few_shot(labels, 5, 3))


def test_a_subset_depends_on_note_ids_and_not_on_their_order():
    labels = made_labels([30, 40])
    order = np.random.default_rng(1).permutation(len(labels.codes))
    columns = {name: getattr(labels, name)[order] for name in ("note_id", "group", "split", "codes")}
    mixed = replace(labels, **columns)
    assert set(labels.note_id[few_shot(labels, 6, 1)]) == set(mixed.note_id[few_shot(mixed, 6, 1)])


def test_every_training_note_has_its_turn():
    labels = made_labels([25, 25])
    seen = set(np.concatenate([few_shot(labels, 3, seed) for seed in range(60)]))
    assert seen == set(labels.rows("train"))


@settings(max_examples=60, deadline=None)
@given(sizes, st.integers(1, 150))
def test_a_cap_keeps_the_shares_of_classes(sizes, notes):
    labels = made_labels(sizes)
    train, found = labels.rows("train"), stratified(labels, labels.rows("train"), notes)
    assert set(found) <= set(train)
    counts, whole = np.bincount(labels.codes[found]), np.bincount(labels.codes[train])
    assert (counts >= 1).all()
    if notes >= len(train):
        assert len(found) == len(train)
    elif (whole * notes / len(train) >= 1).all():
        assert len(found) == notes
        assert np.abs(counts - whole * notes / len(train)).max() < 1
