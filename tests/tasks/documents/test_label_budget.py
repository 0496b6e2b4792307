"""A cap on the labelled notes that a task learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.fixtures.labels import labelled_corpus, made_labels, made_vectors, make_task
from tests.fixtures.tasks import frozen_predictions, tfidf_predictions
from wardspace.config import ClassificationConfig
from wardspace.core.errors import WardspaceError
from wardspace.tasks.documents.label_budget import learned_rows
from wardspace.tasks.documents.labelled import NO_CLASS, labelled

LABELS = made_labels([90, 60, 45])
VECTORS = made_vectors(LABELS, distance=4.0)
sizes = st.lists(st.integers(5, 60), min_size=2, max_size=5)
SEVERAL = ClassificationConfig(name="t", label="t", separator=";")


def several(seed, rare):
    """Notes with up to three labels, the last of which few have."""
    random = np.random.default_rng(seed)
    labels = made_labels([120])
    members = random.random((len(labels.codes), 3)) < (0.5, 0.3, rare)
    members[labels.rows("train")[random.integers(60)]] = True
    return replace(labels, classes=("a", "b", "c"), members=members)


def blinded(labels, rows):
    """The same notes, of which only these of the training notes have a label."""
    codes = labels.codes.copy()
    codes[np.setdiff1d(labels.rows("train"), rows)] = NO_CLASS
    return replace(labels, codes=codes)


@settings(max_examples=80, deadline=None)
@given(sizes, st.integers(2, 120), st.integers(1, 60))
def test_a_larger_cap_includes_a_smaller_one_and_both_keep_the_shares(sizes, cap, more):
    labels = made_labels(sizes)
    assume(cap >= len(sizes))
    small, large = (learned_rows(labels, make_task(labels=n)) for n in (cap, cap + more))
    train = labels.rows("train")
    assert len(small) == min(cap, len(train))
    assert set(small) <= set(large) <= set(train)
    assert (np.diff(small) > 0).all()
    counts, whole = np.bincount(labels.codes[small], minlength=len(sizes)), np.bincount(labels.codes[train])
    assert (counts >= 1).all()
    exact = whole * len(small) / len(train)
    if (exact >= 1).all():
        assert np.abs(counts - exact).max() < 2


def test_without_a_cap_all_are_learned_from():
    np.testing.assert_array_equal(learned_rows(LABELS, make_task()), LABELS.rows("train"))
    np.testing.assert_array_equal(learned_rows(LABELS, make_task(labels=5000)), LABELS.rows("train"))


def test_the_draw_depends_on_note_ids_and_not_on_their_order():
    order = np.random.default_rng(1).permutation(len(LABELS.codes))
    mixed = replace(LABELS, **{n: getattr(LABELS, n)[order] for n in ("note_id", "group", "split", "codes")})
    task = make_task(labels=20)
    drawn = [set(one.note_id[learned_rows(one, task)]) for one in (LABELS, mixed)]
    assert drawn[0] == drawn[1]


def test_too_few_for_every_class_is_a_user_s_fault():
    assert len(learned_rows(LABELS, make_task(labels=3))) == 3
    with pytest.raises(WardspaceError, match="2 labelled notes cannot hold every class; it takes 3") as told:
        learned_rows(LABELS, make_task(labels=2))
    assert "tasks.N.min_notes" in str(told.value)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 0.2), st.integers(6, 60), st.integers(1, 30))
def test_of_several_labels_each_is_there_and_is_missing(seed, rare, cap, more):
    labels = several(seed, rare)
    small, large = (learned_rows(labels, SEVERAL.model_copy(update={"labels": n})) for n in (cap, cap + more))
    assert len(small) == cap
    assert set(small) <= set(large)
    assert labels.members[small].any(axis=0).all()
    assert not labels.members[small].all(axis=0).any()


def test_too_few_for_several_labels_is_told():
    labels = several(0, 0.05)
    with pytest.raises(WardspaceError, match="cannot hold every class"):
        learned_rows(labels, SEVERAL.model_copy(update={"labels": 1}))


@pytest.mark.usefixtures("quick_head")
def test_probes_on_all_labels_keep_to_the_cap_and_few_shot_subsets_do_not():
    asked = {"probes": ["logistic", "head"], "seeds": 1, "shots": [16], "subsets": 2}
    capped = make_task(labels=12, **asked)
    table = frozen_predictions(VECTORS, LABELS, capped, model="m")
    known = blinded(LABELS, learned_rows(LABELS, capped))
    few = pc.is_valid(table["shots"])
    alone = frozen_predictions(VECTORS, known, make_task(**asked | {"shots": []}), model="m")
    assert table.filter(pc.invert(few)).to_pylist() == alone.to_pylist()
    whole = frozen_predictions(VECTORS, LABELS, make_task(**asked), model="m")
    assert table.filter(few).to_pylist() == whole.filter(pc.is_valid(whole["shots"])).to_pylist()
    assert table["predicted"].to_pylist() != whole["predicted"].to_pylist()


def test_words_learn_from_the_same_notes(tmp_path):
    corpus = labelled_corpus(tmp_path / "c")
    capped = make_task(labels=9)
    labels = labelled(corpus, capped)
    table = tfidf_predictions(corpus, labels, capped)
    known = blinded(labels, learned_rows(labels, capped))
    assert table.to_pylist() == tfidf_predictions(corpus, known, make_task()).to_pylist()
    assert table.to_pylist() != tfidf_predictions(corpus, labels, make_task()).to_pylist()


def test_several_labels_are_learned_from_the_same_notes():
    labels = several(3, 0.2)
    vectors = made_vectors(LABELS)[: len(labels.codes)] + labels.members @ np.ones((3, 16), dtype=np.float32)
    capped = SEVERAL.model_copy(update={"labels": 20})
    table = frozen_predictions(vectors, labels, capped, model="m")
    known = blinded(labels, learned_rows(labels, capped))
    assert table.to_pylist() == frozen_predictions(vectors, known, SEVERAL, model="m").to_pylist()
