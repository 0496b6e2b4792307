"""A reader that has been fitted: questions and notes in, answers with their confidence out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pyarrow as pa

from wardspace.config.fields import SourceKey
from wardspace.corpus.note.scripts import main_scripts
from wardspace.objectives.supervised.question_answering import best_threshold
from wardspace.tasks.answers.agreement import Agreement, agreement
from wardspace.tasks.answers.asked import Asked, Passage, Question
from wardspace.tasks.answers.reading import Found
from wardspace.tasks.confidence import UNSCALED, Scaled, scaled_on
from wardspace.tasks.fields.filler import ReadNote
from wardspace.tasks.fields.values import Value
from wardspace.tasks.predictions import NAME, names

Read = Callable[[Iterable[Passage]], Iterable[Found]]
"""From notes with questions to the best answer to each question, in their order."""
PREDICTED = pa.schema(
    [
        pa.field("note_id", NAME, nullable=False),
        pa.field("start", pa.int32()),
        pa.field("end", pa.int32()),
        pa.field("confidence", pa.float32(), nullable=False),
        pa.field("exact", pa.bool_(), nullable=False),
        pa.field("f1", pa.float32(), nullable=False),
        pa.field("right_window", pa.float32(), nullable=False),
    ]
)
"""Columns of what is predicted of a question: the answer (null: none), how sure that is right, and how it agrees with
the right ones; `right_window` is the token F1 where the right window is given, 0 for a question without an answer."""


class Answer(NamedTuple):
    """What is said to a question."""

    start: int | None
    """First character of the answer in the note; None where it has none."""
    end: int | None
    """The character after its last."""
    confidence: float
    """Probability that this is right word for word."""


@dataclass(frozen=True)
class Decision:
    """When a question is answered, and how sure that is.

    Attributes
    ----------
    threshold : float or None
        Score from which on a question is answered; None answers all.
    answered, silent : Scaled
        Make the confidence in answers, and in that there is none, mean what they say.
    """

    threshold: float | None = None
    answered: Scaled = UNSCALED
    silent: Scaled = UNSCALED

    def answers(self, score: float) -> bool:
        """Whether a question is answered."""
        return bool(np.isfinite(score)) and (self.threshold is None or score > self.threshold)

    def confidence(self, score: float) -> float:
        """How sure it is of what it then says."""
        return self.answered(self.rather(score)) if self.answers(score) else self.silent(1 - self.rather(score))

    def rather(self, score: float) -> float:
        """A score as a probability: one half at the threshold."""
        return float(1 / (1 + np.exp(-np.clip(score - (self.threshold or 0.0), -50, 50))))

    @classmethod
    def chosen(cls, judged: Sequence[Judged]) -> Decision:
        """With the threshold of the highest token F1 on these questions, scaled by what came true of them."""
        scores = np.array([one.found.score for one in judged], dtype=np.float64)
        answered = np.array([one.answered.f1 for one in judged])
        silent = np.array([one.silent.f1 for one in judged])
        plain = cls(best_threshold(scores, answered, silent)[0])
        told = [[one for one in judged if plain.answers(one.found.score) is way] for way in (True, False)]
        sure = [
            [plain.rather(one.found.score) for one in told[0]],
            [1 - plain.rather(one.found.score) for one in told[1]],
        ]
        right = [[one.answered.exact for one in told[0]], [one.silent.exact for one in told[1]]]
        return cls(plain.threshold, *(scaled_on(*pair) for pair in zip(sure, right, strict=True)))


class Judged(NamedTuple):
    """An answer, and how it agrees with the right ones."""

    found: Found
    answered: Agreement
    """If it is given."""
    silent: Agreement
    """If none is given."""
    right_window: float
    """Token F1 of the answer where the right window is given."""


def judged(passages: Iterable[Passage], read: Read) -> Iterator[Judged]:
    """Compare the answers to questions with the right ones."""
    given = list(passages)
    asked = [(passage.text, one) for passage in given for one in passage.questions]
    for (text, question), found in zip(asked, read(given), strict=True):
        right = [text[start:end] for start, end in question.answers]
        window = 0.0 if found.right is None else agreement(text[slice(*found.right)], right).f1
        yield Judged(found, agreement(text[max(0, found.start) : found.end], right), agreement("", right), window)


def mean_f1(found: Sequence[Judged], decision: Decision) -> float:
    """Token F1 over questions."""
    return float(np.mean([(one.answered if decision.answers(one.found.score) else one.silent).f1 for one in found]))


@dataclass(frozen=True)
class FittedReader:
    """What answers questions, whatever it has learned from.

    Attributes
    ----------
    read : callable
        Finds the best answer to each question.
    decision : Decision
        Whether it is given.
    validation_f1 : float
        Token F1 on the questions that this was chosen on.
    about : mapping
        What results must say of it.
    scripts : tuple of str
        Scripts of the notes that it was calibrated on; see `wardspace.corpus.note.scripts`.
    """

    read: Read
    decision: Decision = Decision()
    validation_f1: float = float("nan")
    about: Mapping[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()
    source: ClassVar[SourceKey] = "question"
    names: ClassVar[None] = None

    @classmethod
    def calibrated(cls, read: Read, held: Asked, about: Mapping[str, Any] | None = None) -> FittedReader:
        """One that decides as is best on the questions of validation."""
        passages = held.passages()
        found = list(judged(passages, read))
        decision = Decision.chosen(found)
        scripts = main_scripts(passage.text for passage in passages)
        return cls(read, decision, mean_f1(found, decision), about or {}, scripts)

    def answers(self, questions: Sequence[str], texts: Sequence[str]) -> Iterator[Answer]:
        """What each text says to its question; equal texts that follow each other are tokenised once."""
        pairs = groupby(zip(questions, texts, strict=True), key=lambda pair: pair[1])
        passages = (Passage(text, [Question("", question, ()) for question, _ in own]) for text, own in pairs)
        for found in self.read(passages):
            given = self.decision.answers(found.score)
            start, end = (found.start, found.end) if given else (None, None)
            yield Answer(start, end, self.decision.confidence(found.score))

    def found(self, notes: Sequence[ReadNote], asked: Sequence[str]) -> Iterator[list[Value]]:
        """Answers of each note as values of fields; `asked` are the questions."""
        texts = [note.text for note in notes for _ in asked]
        said = iter(self.answers([*asked] * len(notes), texts))
        for note in notes:
            own = [(question, next(said)) for question in asked]
            yield [
                Value(note.text[one.start : one.end], one.start, one.end, one.confidence, question)
                for question, one in own
                if one.start is not None
            ]

    def predict(self, units: Asked) -> pa.Table:
        """Answers to each question, and how they agree with the right ones."""
        rows = [self._row(one) for one in judged(units.passages(), self.read)]
        columns = [names(np.array(units.names, dtype=object))]
        columns += [pa.array([row[place] for row in rows], one.type) for place, one in enumerate([*PREDICTED][1:])]
        return pa.table(columns, schema=PREDICTED)

    def _row(self, one: Judged) -> tuple[int | None, int | None, float, bool, float, float]:
        given = self.decision.answers(one.found.score)
        agreed = one.answered if given else one.silent
        place = (one.found.start, one.found.end) if given else (None, None)
        return (*place, self.decision.confidence(one.found.score), *agreed, one.right_window)
