"""Metrics of answers to questions, in the manner of SQuAD 2.0: exact match and token F1.

A question that its note does not answer is answered right by no answer. How far an answer agrees with the right ones is
stored with the predictions (see `wardspace.tasks.answers.agreement`), since no text is.

References
----------
Rajpurkar, P., Jia, R. and Liang, P. (2018). Know What You Don't Know: Unanswerable Questions for SQuAD. ACL.
"""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import ratio
from wardspace.evaluation.tally import Doubles, Metric, Tally, numbered
from wardspace.evaluation.task_metrics import MistakeCount
from wardspace.evaluation.trust.decisions import Decisions
from wardspace.results.scores import MistakeKind

ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"
KINDS = (ANSWERABLE, UNANSWERABLE)
"""Kinds of questions."""
ANSWER = "answer"
"""What mistakes call an answer."""


def every(agreed: Doubles, questions: Doubles) -> Doubles:
    """Mean over all questions."""
    return ratio(agreed.sum(axis=-1), questions.sum(axis=-1))


def has_answer(agreed: Doubles, questions: Doubles) -> Doubles:
    """Mean over the questions that their note answers."""
    return ratio(agreed[..., 0], questions[..., 0])


def no_answer(agreed: Doubles, questions: Doubles) -> Doubles:
    """Mean over the questions that their note does not answer."""
    return ratio(agreed[..., 1], questions[..., 1])


_F1, _EXACT = ("f1", "questions"), ("exact", "questions")
_ALL = (Metric("f1", _F1, every), Metric("exact_match", _EXACT, every))
_RIGHT_WINDOW = Metric("f1_right_window", ("right_window", "questions"), has_answer, secondary=True)
_BY_KIND = (
    Metric("has_ans_f1", _F1, has_answer, secondary=True),
    Metric("has_ans_exact_match", _EXACT, has_answer, secondary=True),
    Metric("no_ans_f1", _F1, no_answer, secondary=True),
)


def metrics(kinds: tuple[str, ...]) -> tuple[Metric, ...]:
    """Metrics of a task with these kinds of questions, in the order of the tables; the names are those of the script.

    `f1_right_window` is the token F1 of the answers that are given where only the windows with a right answer are read
    and an answer must be given: what is lacking to it is lost within the window, the rest in finding the window.
    """
    return (*_ALL, *(_BY_KIND if UNANSWERABLE in kinds else ()), _RIGHT_WINDOW)


def answers_tally(predictions: pa.Table) -> Tally:
    """Sum up what each question adds, by its kind.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id (the question), note, group, answers, exact, f1 and right_window.
    """
    answers = predictions["answers"].to_pylist()
    kind = np.array([[bool(one), not one] for one in answers], dtype=np.float64).reshape(-1, len(KINDS))
    values = {name: _numbers(predictions, name)[:, None] * kind for name in ("exact", "f1", "right_window")}
    return Tally.of(
        {**values, "questions": kind},
        units=predictions["note_id"].to_pylist(),
        patients=predictions["group"].to_pylist(),
        notes=predictions["note"].to_pylist(),
        labels=KINDS,
        truth=np.array([_fingerprint(one) for one in answers], dtype=np.int64),
    )


def answers_decisions(predictions: pa.Table) -> Decisions:
    """One decision a question: whether its answer, or that there is none, is right word for word."""
    exact = predictions["exact"].to_numpy(zero_copy_only=False).astype(bool)
    groups, _ = numbered(predictions["group"])
    confidence = _numbers(predictions, "confidence")
    return Decisions.of_events(confidence, exact, np.ones_like(exact), groups)


def answers_mistakes(predictions: pa.Table) -> list[MistakeCount]:
    """Answers where there is none, questions without the answer that there is, and answers elsewhere or too wide."""
    times: dict[MistakeKind, int] = {"spurious": 0, "missed": 0, "borders": 0, "place": 0}
    answerable = 0
    for row in predictions.select(["start", "end", "exact", "answers"]).to_pylist():
        right, answered = row["answers"], row["start"] is not None
        answerable += bool(right)
        if not right:
            times["spurious"] += answered
        elif not answered:
            times["missed"] += 1
        elif not row["exact"]:
            meets = any(row["start"] < one["end"] and one["start"] < row["end"] for one in right)
            times["borders" if meets else "place"] += 1
    found = []
    for kind, count in times.items():
        truth, predicted = (None if kind == "spurious" else ANSWER), (None if kind == "missed" else ANSWER)
        of = predictions.num_rows - answerable if kind == "spurious" else answerable
        found += [MistakeCount(kind, truth, predicted, count, of)] if count else []
    return found


def _numbers(predictions: pa.Table, name: str) -> NDArray[np.float64]:
    return np.asarray(predictions[name].to_numpy(zero_copy_only=False), dtype=np.float64)


def _fingerprint(answers: list[dict[str, int]]) -> int:
    """A number that changes with the right answers of a question."""
    return zlib.crc32(repr(sorted((one["start"], one["end"]) for one in answers)).encode())
