"""The questions of a task with their right answers, note by note."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.config import AnswersConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.wording import counted
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.answers import ANSWERABLE, KINDS, UNANSWERABLE
from wardspace.tasks.columns import objects
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import NAME, names

_NAMED = 5
"""Questions that a warning names."""
RIGHT_ANSWERS = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))
TRUTH = pa.schema(
    [
        pa.field("note_id", NAME, nullable=False),
        pa.field("group", NAME, nullable=False),
        pa.field("note", NAME, nullable=False),
        pa.field("answers", RIGHT_ANSWERS, nullable=False),
    ]
)
"""Columns that say what is right of a question, which is named `NOTE#QUESTION`; without an answer there is none."""


class Question(NamedTuple):
    """A question about a note."""

    name: str
    """`NOTE#QUESTION`."""
    text: str
    answers: tuple[tuple[int, int], ...]
    """First character of each right answer and the one after its last; none where the note does not answer it."""


class Passage(NamedTuple):
    """A note with what is asked of it."""

    text: str
    questions: Sequence[Question]


class Asked(NamedTuple):
    """Questions that are to be answered, note by note."""

    texts: Texts
    rows: NDArray[np.int64]
    """Rows of their notes in the corpus, rising."""
    questions: Sequence[Sequence[Question]]
    """Of each note."""

    def passages(self) -> list[Passage]:
        """The notes with their questions."""
        return [Passage(*pair) for pair in zip(self.texts.of(self.rows), self.questions, strict=True)]

    @property
    def names(self) -> list[str]:
        """Names of the questions."""
        return [one.name for own in self.questions for one in own]


@dataclass(frozen=True)
class AskedNotes:
    """Notes with their questions: what settings of the kind learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each note, its patient and its split; `aside` for one that nothing is asked of.
    questions : tuple of list of Question
        Of each note.
    classes : tuple of str
        Kinds of questions: whether all are answerable or some are not.
    warnings : tuple of str
        What is left out, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    questions: tuple[list[Question], ...]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's notes that something is asked of."""
        return np.flatnonzero(self.split == split)

    def units(self, split: str) -> Asked:
        """The questions of a split."""
        return self.asked(self.rows(split))

    def asked(self, rows: NDArray[np.int64]) -> Asked:
        """The questions of some notes."""
        return Asked(self.texts, rows, [self.questions[row] for row in rows])

    def truth(self, split: str) -> pa.Table:
        """Patients, notes and right answers of a split's questions."""
        asked = self.units(split)
        sizes = [len(own) for own in asked.questions]
        group, note = (np.repeat(values[asked.rows], sizes) for values in (self.group, self.note_id))
        right = [[{"start": start, "end": end} for start, end in one.answers] for own in asked.questions for one in own]
        columns = [
            names(np.array(asked.names, dtype=object)),
            names(group),
            names(note),
            pa.array(right, RIGHT_ANSWERS),
        ]
        return pa.table(columns, schema=TRUTH)

    @cached_property
    def budget(self) -> NoteBudgets:
        """The training notes, with the kinds of questions that are asked of each."""
        rows = self.rows("train")
        has = [[any(kind_of(one) == kind for one in self.questions[row]) for kind in self.classes] for row in rows]
        flags = np.array(has, dtype=bool).reshape(len(rows), len(self.classes))
        return NoteBudgets(rows, [str(self.note_id[row]) for row in rows], flags)


def kind_of(question: Question) -> str:
    """Whether a question is answerable."""
    return ANSWERABLE if question.answers else UNANSWERABLE


def first_named(places: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return f"{', '.join(places[:_NAMED])}{more}"


def asked_notes(texts: Texts, task: AnswersConfig, splits: Sequence[str] = SPLITS) -> AskedNotes:
    """Read the questions of a task and their answers.

    Raises
    ------
    WardspaceError
        If a split has no question, or no training question has an answer.
    """
    table = texts.corpus.table(columns=["note_id", "patient_id", "split", task.questions, task.spans])
    _check_field(table[task.spans].type, task)
    left_out = _LeftOut()
    note_id, lengths = objects(table["note_id"]), _lengths(texts)
    read = [
        left_out.read(str(name), length, written, spans or ())
        for name, length, written, spans in zip(
            note_id, lengths, table[task.questions].to_pylist(), table[task.spans].to_pylist(), strict=True
        )
    ]
    split = objects(table["split"])
    split[[not own for own in read]] = "aside"
    every = {kind_of(one) for own in read for one in own}
    found = AskedNotes(
        texts, note_id, objects(table["patient_id"]), split, tuple(read), tuple(kind for kind in KINDS if kind in every)
    )
    _check_splits(found, task, splits, left_out.warnings())
    said = [*left_out.warnings(), *found.budget.too_small(task.budgets, "kind of question")]
    return replace(found, warnings=tuple(said))


def _lengths(texts: Texts) -> list[int]:
    """Characters of each note; 0 where there are only blanks."""
    found: list[int] = []
    for batch in texts.corpus.batches(columns=["text"]):
        column = batch.column(0)
        blank = pc.equal(pc.utf8_trim_whitespace(column), "")
        found += pc.if_else(blank, 0, pc.utf8_length(column)).to_pylist()
    return found


@dataclass
class _LeftOut:
    """Reads questions, and notes which ones cannot be used and why."""

    why: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def read(self, note: str, length: int, written: str | None, spans: Sequence[Mapping[str, Any]]) -> list[Question]:
        """The usable questions of a note of so many characters."""
        records = self._records(note, written)
        answers: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
        for span in spans:
            answers[str(span["question_id"])].add((span["start"], span["end"]))
        found: dict[str, Question] = {}
        for number, record in enumerate(records, 1):
            key = record.get("id")
            place = f"{note}#{key if key is not None else f'(question {number})'}"
            right = answers.get(str(key), set())
            if reason := self._fault(record, length, right, twice=str(key) in found):
                self.why[reason].append(place)
            else:
                found[str(key)] = Question(place, record["question"].strip(), tuple(sorted(right)))
        known = {str(record.get("id")) for record in records}
        for unknown in answers.keys() - known:
            self.why["answered and not asked"].append(f"{note}#{unknown}")
        return list(found.values())

    def _records(self, note: str, written: str | None) -> list[dict[str, Any]]:
        try:
            records = json.loads(written) if written else []
        except (ValueError, RecursionError):
            records = None
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            self.why["no list of records"].append(note)
            return []
        return records

    def _fault(self, record: Mapping[str, Any], length: int, right: set[tuple[int, int]], *, twice: bool) -> str | None:
        """Why a question cannot be used."""
        text, answerable = record.get("question"), record.get("answerable")
        faults = {
            "without an id": record.get("id") is None,
            "of an id that another question of the note has": twice,
            "without words": not isinstance(text, str) or not text.strip(),
            "about an empty note": not length,
            "answered outside of the note": any(not 0 <= start < end <= length for start, end in right),
            "answerable, and no answer is in the note": bool(answerable) and not right,
            "unanswerable, and an answer is in the note": answerable is False and bool(right),
        }
        return next((reason for reason, found in faults.items() if found), None)

    def warnings(self) -> list[str]:
        """How many questions are left out for each reason, and the first of them by name."""
        said = []
        for reason, places in self.why.items():
            said.append(f"{counted(len(places), 'question')} left out ({reason}): {first_named(places)}.")
        return said


def _check_field(column: pa.DataType, task: AnswersConfig) -> None:
    fields = [field.name for field in column.value_type]
    if "question_id" not in fields:
        raise WardspaceError(
            f"task {task.name}: the spans in {task.spans} have no field 'question_id'; they have {', '.join(fields)}",
            where="tasks.N.spans",
            fix="name the column with the answers, each with the id of its question",
        )


def _check_splits(notes: AskedNotes, task: AnswersConfig, splits: Sequence[str], left_out: Sequence[str]) -> None:
    where = f"corpus.columns {task.questions}"
    for name in splits:
        if not (notes.split == name).any():
            said = f" ({' '.join(left_out)})" if left_out else ""
            raise WardspaceError(f"task {task.name}: no question in the {name} split{said}", where=where)
    if not any(one.answers for row in notes.rows("train") for one in notes.questions[row]):
        raise WardspaceError(
            f"task {task.name}: no question of a training note has an answer, and there is nothing to learn",
            where=where,
        )
