"""The mentions of a task with the answers that people gave of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import AssertionsConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.mentions import Mention, whole_mentions
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import NAME, lists, names

Flags = NDArray[np.bool_]
PLACE = ("start", "end")
"""Columns that say where in its note a mention is."""
_TRUE = {"true", "yes", "1", "y"}
_WHO = (pa.field("note_id", NAME, nullable=False), pa.field("group", NAME, nullable=False))
TRUTH = pa.schema(
    [*_WHO, *(pa.field(name, pa.int32(), nullable=False) for name in PLACE), pa.field("truth", pa.list_(pa.bool_()))]
)
"""Columns that say what is right of a mention."""


class Asked(NamedTuple):
    """Mentions that are asked of, note by note."""

    texts: Texts
    rows: NDArray[np.int64]
    """Rows of their notes in the corpus, rising."""
    note_id: NDArray[np.object_]
    """Names of these notes."""
    mentions: list[list[Mention]]
    """Of each note, in the order of the text."""

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each note, once for each of its mentions."""
        return np.repeat(values, [len(own) for own in self.mentions])


@dataclass(frozen=True)
class AssertedNotes:
    """Notes with their mentions and the answers of each: what settings of the kind learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each note, its patient and its split; `aside` for one without mentions.
    mentions : tuple of list of Mention
        Of each note, in the order of the text.
    answers : tuple of bool [mentions, questions]
        Of each note.
    classes : tuple of str
        The questions.
    warnings : tuple of str
        What is left out and what is short, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    mentions: tuple[list[Mention], ...]
    answers: tuple[Flags, ...]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's notes that have mentions."""
        return np.flatnonzero(self.split == split)

    def units(self, split: str) -> Asked:
        """The mentions of a split."""
        return self.asked(self.rows(split))

    def asked(self, rows: NDArray[np.int64]) -> Asked:
        """The mentions of some notes."""
        return Asked(self.texts, rows, self.note_id[rows], [self.mentions[row] for row in rows])

    def flags(self, rows: NDArray[np.int64]) -> Flags:
        """Their answers [mentions, questions]."""
        empty = np.zeros((0, len(self.classes)), dtype=bool)
        return np.concatenate([empty, *(self.answers[row] for row in rows)])

    def truth(self, split: str) -> pa.Table:
        """Notes, patients, places and answers of a split's mentions."""
        asked = self.units(split)
        at = np.array([mention[:2] for own in asked.mentions for mention in own], dtype=np.int32).reshape(-1, 2)
        who = [names(asked.each(values)) for values in (asked.note_id, self.group[asked.rows])]
        return pa.table(
            [*who, *(pa.array(at[:, side]) for side in range(2)), lists(self.flags(asked.rows), pa.bool_())],
            schema=TRUTH,
        )

    @cached_property
    def budget(self) -> NoteBudgets:
        """The training notes, with the answers that occur in each; "none of them" is one."""
        rows = self.rows("train")
        has = np.zeros((len(rows), len(self.classes)), dtype=bool)
        for place, row in enumerate(rows):
            has[place] = self.answers[row].any(axis=0)
        return NoteBudgets(rows, [str(self.note_id[row]) for row in rows], has)


def asserted(texts: Texts, task: AssertionsConfig, splits: Sequence[str] = SPLITS) -> AssertedNotes:
    """Read the mentions of a task and the answers of each.

    Raises
    ------
    WardspaceError
        If a field is missing, there is no mention, or a split has none.
    """
    table = texts.corpus.table(columns=["note_id", "patient_id", "split", task.spans])
    _check_fields(table[task.spans].type, task)
    read = [_read(spans, task) for spans in table[task.spans].to_pylist()]
    split = objects(table["split"])
    split[[not mentions for mentions, _, _ in read]] = "aside"
    for name in splits:
        if not (split == name).any():
            raise WardspaceError(
                f"task {task.name}: no mention in the {name} split", where=f"corpus.columns.spans {task.spans}"
            )
    total = np.array([flags.sum(axis=0) for _, flags, _ in read]).sum(axis=0)
    asked = [place for place, times in enumerate(total.tolist()) if times]
    if not asked:
        raise WardspaceError(
            f"task {task.name}: every mention in {task.spans} is present and of the patient; there is nothing to ask",
            where="tasks.N.questions",
            fix="name the fields that hold the answers, as `negated: attributes=Negation`",
        )
    every = tuple(task.questions)
    found = AssertedNotes(
        texts, objects(table["note_id"]), objects(table["patient_id"]), split,
        tuple(mentions for mentions, _, _ in read), tuple(flags[:, asked] for _, flags, _ in read),
        tuple(every[place] for place in asked),
    )  # fmt: skip
    left_out = [name for place, name in enumerate(every) if place not in asked]
    return replace(found, warnings=tuple(_warnings(found, task, splits, left_out, sum(twice for *_, twice in read))))


def _read(spans: Sequence[Mapping[str, Any]] | None, task: AssertionsConfig) -> tuple[list[Mention], Flags, int]:
    """Mentions in the order of the text, their answers, and how many were marked twice and are counted once."""
    answers: dict[Mention, Flags] = {}
    whole = whole_mentions(spans, None if task.types is None else task.type, task.types)
    for mention, records in whole:
        own = np.array([any(_yes(one, place) for one in records) for place in task.questions.values()], dtype=bool)
        at = mention._replace(type="entity")
        answers[at] = answers[at] | own if at in answers else own
    mentions = sorted(answers)
    flags = np.array([answers[one] for one in mentions], dtype=bool).reshape(-1, len(task.questions))
    return mentions, flags, len(whole) - len(mentions)


def _yes(record: Mapping[str, Any], place: str) -> bool:
    """Whether a record answers a question with yes."""
    name, _, wanted = (part.strip() for part in place.partition("="))
    value = record.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    parts = [part.strip().lower() for part in str(value).split(";")]
    return wanted.lower() in parts if wanted else parts[0] in _TRUE


def _check_fields(column: pa.DataType, task: AssertionsConfig) -> None:
    fields = [field.name for field in column.value_type]
    wanted = [place.partition("=")[0].strip() for place in task.questions.values()]
    lacking = [name for name in [*wanted, *([task.type] if task.types else [])] if name not in fields]
    if lacking:
        raise WardspaceError(
            f"task {task.name}: the spans in {task.spans} have no field {lacking[0]!r}; they have {', '.join(fields)}",
            where="tasks.N.questions",
            fix="say where each answer is, as `family: experiencer=family`, and name only questions that are answered",
        )


def _warnings(
    notes: AssertedNotes, task: AssertionsConfig, splits: Sequence[str], left_out: Sequence[str], twice: int
) -> list[str]:
    found = [f"No mention is {listed(left_out)}: this is not asked."] if left_out else []
    if twice:
        found.append(f"{counted(twice, 'mention')} marked twice in one place; each counts once, with all its answers.")
    for place, name in enumerate(notes.classes):
        lacking = [split for split in splits if not notes.flags(notes.rows(split))[:, place].any()]
        if "train" in lacking:
            found.append(f"No training mention is {name}: no model can learn it.")
        elif lacking:
            found.append(f"No mention is {name} in {' and '.join(lacking)}.")
    return [*found, *notes.budget.too_small(task.budgets, "answer")]
