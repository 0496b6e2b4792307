"""Metrics of relations against sets counted one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import f1_score

from wardspace.evaluation.metrics.relations import (
    BY_TYPE,
    METRICS,
    relation_decisions,
    relation_mistakes,
    relation_tally,
)
from wardspace.tasks.relations.stored import PREDICTED_RELATIONS, TRUE_RELATIONS

TYPES = ("binds", "causes", "treats")
NOWHERE = dict.fromkeys(("head_start", "head_end", "tail_start", "tail_end"), 0)


def table_of(truth, predicted):
    def rows(notes, **more):
        return [[{"head": a, "tail": b, "type": t, **NOWHERE, **more} for a, b, t in note] for note in notes]

    return pa.table(
        {
            "note_id": [f"n{i}" for i in range(len(truth))],
            "group": [f"p{i // 2}" for i in range(len(truth))],
            "truth": pa.array(rows(truth), TRUE_RELATIONS),
            "predicted": pa.array(rows(predicted, confidence=0.75), PREDICTED_RELATIONS),
        }
    )


@pytest.fixture
def drawn():
    """Relations of 30 notes, several of two things now and then."""
    random = np.random.default_rng(3)

    def note():
        return sorted({tuple(map(int, random.integers(0, (4, 4, 3)))) for _ in range(random.integers(0, 6))})

    return [note() for _ in range(30)], [note() for _ in range(30)]


def f1(right, predicted, truth):
    return 2 * right / (predicted + truth)


def test_sums_are_those_of_sets(drawn):
    truth, predicted = ({(i, *one) for i, note in enumerate(side) for one in note} for side in drawn)
    total = relation_tally(table_of(*drawn), TYPES).total()
    found = {metric.name: float(metric.value(total)) for metric in METRICS}
    right = len(truth & predicted)
    assert found["precision"] == pytest.approx(right / len(predicted))
    assert found["recall"] == pytest.approx(right / len(truth))
    assert found["micro_f1"] == pytest.approx(f1(right, len(predicted), len(truth)))
    ours, theirs = ({one[:3] for one in side} for side in (truth, predicted))
    assert found["pair_f1"] == pytest.approx(f1(len(ours & theirs), len(theirs), len(ours)))
    by_type = [
        f1(*(sum(one[3] == t for one in side) for side in (truth & predicted, predicted, truth))) for t in range(3)
    ]
    assert found["macro_f1"] == pytest.approx(np.mean(by_type))
    assert BY_TYPE[0].value(total).tolist() == pytest.approx(by_type)


def test_micro_f1_is_scikit_learns_where_two_things_have_one_relation():
    random = np.random.default_rng(0)
    truth, said = random.integers(0, 4, (2, 60))  # 0: no relation
    notes = [[(0, i, int(t) - 1) for i, t in enumerate(side) if t] for side in (truth, said)]
    total = relation_tally(table_of(*([one] for one in notes)), TYPES).total()
    expected = f1_score(truth, said, labels=[1, 2, 3], average="micro")
    assert float(METRICS[0].value(total)) == pytest.approx(expected)


def test_mistakes_by_kind(drawn):
    truth = [[(0, 1, 0), (1, 2, 1), (2, 3, 2)], [(0, 1, 2)]]
    predicted = [[(0, 1, 2), (2, 3, 2), (0, 3, 1)], []]
    found = {(one.kind, one.truth, one.predicted): (one.times, one.of) for one in relation_mistakes(
        table_of(truth, predicted), TYPES
    )}  # fmt: skip
    assert found == {
        ("type", "binds", "treats"): (1, 1),
        ("missed", "causes", None): (1, 1),
        ("spurious", None, "causes"): (1, 1),
        ("missed", "treats", None): (1, 2),
    }
    truth, predicted = ({(i, *one) for i, note in enumerate(side) for one in note} for side in drawn)
    count = Counter()
    for one in relation_mistakes(table_of(*drawn), TYPES):
        count[one.kind] += one.times
    assert count["missed"] + count["type"] == len(truth - predicted)
    assert count["spurious"] + count["type"] == len(predicted - truth)


def test_a_decision_a_predicted_relation(drawn):
    truth, predicted = ({(i, *one) for i, note in enumerate(side) for one in note} for side in drawn)
    found = relation_decisions(table_of(*drawn)).answers
    assert len(found.right) == len(predicted) and found.right.sum() == len(truth & predicted)
    assert set(found.confidence) == {0.75}


def test_nothing_predicted_and_nothing_right():
    total = relation_tally(table_of([[(0, 1, 0)]], [[]]), TYPES).total()
    assert {one.name: float(one.value(total)) for one in METRICS}["micro_f1"] == 0
    assert relation_mistakes(table_of([[]], [[]]), TYPES) == []


def test_units_are_told_apart_by_what_is_right(drawn):
    tally = relation_tally(table_of(*drawn), TYPES)
    assert tally.same_units(relation_tally(table_of(drawn[0], drawn[0]), TYPES))
    other = [drawn[0][0] + [(9, 9, 0)], *drawn[0][1:]]
    assert not tally.same_units(relation_tally(table_of(other, drawn[1]), TYPES))
