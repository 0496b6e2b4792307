"""Metrics of mentions against published tables, nervaluate and all pairings there are."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate.evaluator import Evaluator

from tests.fixtures.predictions import mention_table
from tests.fixtures.tasks import mention_metrics
from wardspace.config import ReportConfig
from wardspace.core.errors import RunError
from wardspace.evaluation import score_predictions
from wardspace.evaluation.metrics.mentions import METRICS, mention_tally
from wardspace.evaluation.metrics.pairing import Mentions, paired

TYPES = ("BRAND", "DRUG", "GROUP")
BY_NAME = {metric.name: metric for metric in METRICS}


def scored(truth, predicted, types=TYPES):
    """Every metric of some notes."""
    tally = mention_tally(mention_table(truth, [[(*one, 1.0) for one in note] for note in predicted]), types)
    return {name: float(metric.value(tally.total())) for name, metric in BY_NAME.items()}


def by_nervaluate(truth, predicted, types=TYPES):
    """Results of nervaluate, whose ends are inclusive, by its scenario."""
    notes = [
        [[{"label": types[kind], "start": start, "end": end - 1} for start, end, kind in note] for note in side]
        for side in (truth, predicted)
    ]
    return Evaluator(*notes, tags=list(types), loader="dict").evaluate()


def test_the_table_of_semeval_2013():
    # tikosyn · healthy · of warfarin · propranolol · phenytoin · oral contraceptives (README of nervaluate)
    truth = [[(0, 7, 0), (23, 31, 1), (40, 51, 1), (60, 69, 1), (85, 99, 2)]]
    predicted = [[(10, 17, 0), (20, 31, 1), (40, 51, 0), (60, 69, 1), (80, 99, 1)]]
    found = scored(truth, predicted)
    assert found["strict_f1"] == pytest.approx(1 / 5)
    assert found["exact_f1"] == pytest.approx(2 / 5)
    assert found["partial_f1"] == pytest.approx((2 + 0.5 * 2) / 5)
    assert found["type_f1"] == pytest.approx(2 / 5)
    # the table that sums up has a further mention that is right
    more = scored([*truth, [(0, 9, 1)]], [*predicted, [(0, 9, 1)]])
    assert [round(more[f"{name}_f1"], 2) for name in ("type", "partial", "exact", "strict")] == [0.5, 0.67, 0.5, 0.33]


def test_the_example_of_conlleval():
    # found, correct and in the corpus: what the percentages of its published output are made of
    counts = {"ADJP": (1, 0, 6), "ADVP": (11, 5, 8), "NP": (317, 206, 262), "PP": (107, 89, 90), "SBAR": (3, 2, 6),
              "VP": (100, 69, 87)}  # fmt: skip
    published = {"ADVP": 52.63, "NP": 71.16, "PP": 90.36, "SBAR": 44.44, "VP": 73.80}
    types = tuple(counts)
    truth, predicted, at = [], [], 0
    for kind, (said, right, there) in enumerate(counts.values()):
        for place in range(said + there - right):
            at += 10
            if place < there:
                truth.append((at, at + 5, kind))
            if place >= there - right:
                predicted.append((at, at + 5, kind))
    found = scored([truth], [predicted], types)
    values = [round(100 * found[f"strict_{name}"], 2) for name in ("precision", "recall", "f1")]
    assert values == [68.83, 80.83, 74.35]
    for kind, name in enumerate(types):
        ours, theirs = ([[(s, e, 0) for s, e, k in side if k == kind]] for side in (truth, predicted))
        assert round(100 * scored(ours, theirs)["strict_f1"], 2) == published.get(name, 0.0)
    mean = np.mean([2 * right / (said + there) for said, right, there in counts.values()])
    assert found["macro_strict_f1"] == pytest.approx(mean)


@st.composite
def plain_notes(draw):
    """Notes in which every mention meets at most one of the other side: there every scorer must agree."""
    truth, predicted, at = [], [], 0
    for _ in range(draw(st.integers(0, 8))):
        at += 20
        kind, other = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        start, end = draw(st.integers(0, 4)), draw(st.integers(6, 10))
        if draw(st.integers(0, 3)):
            truth.append((at + 2, at + 8, kind))
        if draw(st.integers(0, 3)):
            predicted.append((at + start, at + end, other))
    return truth, predicted


@settings(max_examples=60, deadline=None)
@given(st.lists(plain_notes(), min_size=1, max_size=4))
def test_nervaluate_agrees_where_no_mention_meets_two(notes):
    truth, predicted = ([note[side] for note in notes] for side in (0, 1))
    if not any(truth) or not any(predicted):
        return
    found, theirs = scored(truth, predicted), by_nervaluate(truth, predicted)["overall"]
    for name in ("strict", "exact", "partial"):
        assert found[f"{name}_f1"] == pytest.approx(theirs[name].f1)
    assert found["type_f1"] == pytest.approx(theirs["ent_type"].f1)
    assert found["strict_precision"] == pytest.approx(theirs["strict"].precision)
    assert found["strict_recall"] == pytest.approx(theirs["strict"].recall)


def test_a_mention_found_in_two_pieces_counts_once():
    # nervaluate's issues 29 and 84: recall was 1/3 here, and the order of predictions decided about the type
    found = scored([[(1, 3, 0), (3, 11, 0)]], [[(1, 3, 0), (3, 6, 0), (6, 11, 0)]])
    assert (found["strict_recall"], found["strict_precision"]) == (0.5, pytest.approx(1 / 3))
    for predicted in ([(0, 3, 1), (0, 3, 0)], [(0, 3, 0), (0, 3, 1)]):
        assert scored([[(0, 2, 0)]], [predicted])["type_f1"] == pytest.approx(2 / 3)


SOME = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 5), st.integers(0, 1)).map(lambda m: (m[0], m[0] + m[1], m[2])),
    max_size=4,
)


def best(truth, predicted):
    """The most pairs right in borders and type, in borders, in type, and at all, in this order, over all pairings."""
    few, many = sorted((truth, predicted), key=len)
    found = [(0, 0, 0, 0)]
    for chosen in permutations(range(len(many)), len(few)):
        pairs = [(one, many[place]) for one, place in zip(few, chosen, strict=True)]
        pairs = [(a, b) for a, b in pairs if a[0] < b[1] and b[0] < a[1]]
        same = [(a[:2] == b[:2], a[2] == b[2]) for a, b in pairs]
        found.append((sum(b and t for b, t in same), sum(b for b, _ in same), sum(t for _, t in same), len(pairs)))
    return max(found)


@settings(max_examples=300, deadline=None)
@given(SOME, SOME, st.randoms())
def test_the_pairing_is_the_best_of_all_in_any_order(truth, predicted, random):
    sides = []
    for mentions in (truth, predicted):
        random.shuffle(mentions)
        columns = np.array(mentions, dtype=np.int64).reshape(-1, 3).T
        sides.append(Mentions(np.zeros(len(mentions), dtype=np.int64), *columns))
    pairs = paired(*sides)
    counts = (pairs.right.sum(), pairs.borders.sum(), pairs.types.sum(), len(pairs.truth))
    assert counts == best(truth, predicted)
    assert len(set(pairs.truth.tolist())) == len(set(pairs.predicted.tolist())) == len(pairs.truth)


def _drawn(random, size):
    starts, lengths, kinds = random.integers(1, [[9], [9], [4]], (3, size)).tolist()
    return [(start, start + length, kind - 1) for start, length, kind in zip(starts, lengths, kinds, strict=True)]


def test_notes_are_counted_each_for_itself():
    random = np.random.default_rng(2)
    sides = [[_drawn(random, size) for size in random.integers(0, 6, 40)] for _ in range(2)]
    table = mention_table(sides[0], [[(*one, 0.5) for one in note] for note in sides[1]])
    whole = mention_tally(table, TYPES)
    for row, note in enumerate(whole.units):
        alone = mention_tally(table.slice(row, 1), TYPES)
        assert alone.units == (note,)
        np.testing.assert_array_equal(alone.table[0], whole.table[row])
    hits = [sum((Counter(t) & Counter(p)).values()) for t, p in zip(*sides, strict=True)]
    np.testing.assert_array_equal(whole.split(whole.table)["right"].sum(axis=1), hits)


def test_nothing_right_and_nothing_predicted_is_no_score():
    found = scored([[], []], [[], []])
    assert np.isnan([found["strict_f1"], found["strict_recall"], found["macro_strict_f1"]]).all()
    assert scored([[(0, 2, 0)]], [[]])["strict_f1"] == 0


def test_models_that_were_given_other_answers_are_not_compared():
    metrics = {"diseases": mention_metrics(TYPES)}
    truth = [[(0, 4, 0)], [(3, 9, 1), (12, 15, 2)], [(1, 2, 0)]]
    said = [[(0, 4, 0, 0.9)], [(12, 15, 2, 0.4), (1, 9, 1, 0.3)], []]
    tables = [mention_table(truth, said, model=name) for name in ("base", "mlm")]
    found = score_predictions(pa.concat_tables(tables), metrics, ReportConfig(resamples=100), show_progress=False)
    (one,) = (s for s in found.scores if (s.metric, s.model, s.seed) == ("strict_f1", "mlm", None) and s.label is None)
    assert one.value == pytest.approx(2 * 2 / (3 + 4)) and one.low <= one.value <= one.high
    moved = mention_table([truth[0], [(3, 9, 1), (12, 16, 2)], truth[2]], said, model="mlm")
    with pytest.raises(RunError):
        score_predictions(pa.concat_tables([tables[0], moved]), metrics, ReportConfig(resamples=100))
