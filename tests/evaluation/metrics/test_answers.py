"""Metrics of answers against sums by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from wardspace.evaluation.metrics.answers import KINDS, answers_decisions, answers_mistakes, answers_tally, metrics

ROWS = [
    # answers, start, end, exact, f1, right_window, confidence
    ([{"start": 2, "end": 5}, {"start": 9, "end": 11}], 9, 11, True, 1.0, 1.0, 0.9),
    ([{"start": 2, "end": 5}], 3, 9, False, 0.4, 0.8, 0.6),  # other borders
    ([{"start": 2, "end": 5}], 5, 9, False, 0.0, 0.5, 0.3),  # elsewhere
    ([{"start": 2, "end": 5}], None, None, False, 0.0, 0.2, 0.5),  # missed
    ([], None, None, True, 1.0, 0.0, 0.8),
    ([], 1, 4, False, 0.0, 0.0, 0.4),  # made up
]


def table(rows):
    columns = list(zip(*rows, strict=True))
    names = ["answers", "start", "end", "exact", "f1", "right_window", "confidence"]
    answers = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))
    types = [answers, pa.int32(), pa.int32(), pa.bool_(), pa.float32(), pa.float32(), pa.float32()]
    who = {
        "note_id": [f"n{i // 2}#q{i}" for i in range(len(rows))],
        "note": [f"n{i // 2}" for i in range(len(rows))],
        "group": [f"p{i % 2}" for i in range(len(rows))],
    }
    return pa.table(who | {name: pa.array(one, kind) for name, one, kind in zip(names, columns, types, strict=True)})


def test_means_over_all_questions_and_by_kind():
    tally = answers_tally(table(ROWS))
    found = {one.name: float(one.value(tally.total())) for one in metrics(KINDS)}
    assert found == pytest.approx(
        {
            "f1": 2.4 / 6, "exact_match": 2 / 6, "has_ans_f1": 1.4 / 4, "has_ans_exact_match": 1 / 4, "no_ans_f1": 0.5,
            "f1_right_window": 2.5 / 4,
        }
    )  # fmt: skip
    assert tally.notes == ("n0", "n0", "n1", "n1", "n2", "n2") and tally.patients == ("p0", "p1")


def test_without_unanswerable_questions_there_is_nothing_to_say_of_them():
    assert [one.name for one in metrics(KINDS[:1])] == ["f1", "exact_match", "f1_right_window"]


def test_runs_are_of_the_same_questions_only_with_the_same_right_answers():
    one, other = answers_tally(table(ROWS)), answers_tally(table([([{"start": 0, "end": 1}], *ROWS[0][1:]), *ROWS[1:]]))
    assert one.same_units(answers_tally(table(ROWS))) and not one.same_units(other)


def test_mistakes_by_kind():
    found = {one.kind: (one.times, one.of, one.truth is None) for one in answers_mistakes(table(ROWS * 2))}
    assert found == {
        "spurious": (2, 4, True), "missed": (2, 8, False), "borders": (2, 8, False), "place": (2, 8, False),
    }  # fmt: skip


def test_a_question_is_a_decision_that_is_right_word_for_word():
    answers = answers_decisions(table(ROWS)).answers
    assert answers.right.tolist() == [row[3] for row in ROWS]
    np.testing.assert_allclose(answers.confidence, [row[6] for row in ROWS], rtol=1e-6)
