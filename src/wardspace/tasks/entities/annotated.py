"""The notes of a task with their mentions, in the order of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import EntitiesConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.wording import counted
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.mentions import (
    TRUE_MENTIONS,
    TRUTH,
    Mention,
    MentionCounts,
    mention_column,
    read_mentions,
)
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Notes, Texts
from wardspace.tasks.predictions import names


@dataclass(frozen=True)
class AnnotatedNotes:
    """Mentions of a task with the notes they are in: what its settings learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each note, its patient and its split; `aside` for one that is left out.
    mentions : tuple of list of Mention
        Of each note, in the order of the text.
    classes : tuple of str
        Types, sorted.
    warnings : tuple of str
        What is left out and what is short, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    mentions: tuple[list[Mention], ...]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's annotated notes, in the order of the corpus."""
        return np.flatnonzero(self.split == split)

    def units(self, split: str) -> Notes:
        """The annotated notes of a split."""
        return self.notes(self.rows(split))

    def notes(self, rows: NDArray[np.int64]) -> Notes:
        """Some of the notes."""
        return Notes(self.texts, rows, self.note_id[rows])

    def of(self, rows: NDArray[np.int64]) -> list[list[Mention]]:
        """Mentions of some of the notes."""
        return [self.mentions[row] for row in rows]

    def truth(self, split: str) -> pa.Table:
        """Their patients and mentions."""
        rows = self.rows(split)
        right = mention_column(self.of(rows), self.classes, TRUE_MENTIONS)
        return pa.table([names(self.note_id[rows]), names(self.group[rows]), right], schema=TRUTH)

    def learned(self, notes: int | None, seed: int = 0) -> NDArray[np.int64]:
        """Rows of the training notes to learn from: all of them, or so many of a seeded order."""
        return self.budget.learned(notes, seed)

    def budgets(self, shares: Sequence[float]) -> list[int]:
        """Numbers of notes that shares of the training notes come to; without those that cannot hold every type."""
        return self.budget.sizes(shares)

    @property
    def fewest(self) -> int:
        """Training notes that it takes to have one of every type."""
        return self.budget.fewest

    @cached_property
    def budget(self) -> NoteBudgets:
        """The training notes, with the types that each has mentions of."""
        rows = self.rows("train")
        flags = np.zeros((len(rows), len(self.classes)), dtype=bool)
        for place, row in enumerate(rows):
            flags[place, [self.classes.index(one.type) for one in self.mentions[row]]] = True
        return NoteBudgets(rows, [str(self.note_id[row]) for row in rows], flags)


def annotated(texts: Texts, task: EntitiesConfig, splits: Sequence[str] = SPLITS) -> AnnotatedNotes:
    """Read the mentions of a task.

    Raises
    ------
    WardspaceError
        If there are none, a split has no annotated note, or there is no field with the type.
    """
    table = texts.corpus.table(columns=["note_id", "patient_id", "split", task.spans])
    _check_field(table[task.spans].type, task)
    marked = table[task.spans].to_pylist()
    read = [read_mentions(spans, task.type, task.types) for spans in marked]
    count = Counter(one.type for mentions, _ in read for one in mentions)
    classes = tuple(sorted(name for name, size in count.items() if size >= task.min_mentions))
    if not classes:
        raise _nothing(task, count)
    mentions = tuple([one for one in found if one.type in classes] for found, _ in read)
    split = objects(table["split"])
    # a note without a value was not annotated, an empty list may be what somebody found in it
    known = [bool(found) if task.unlabelled == "aside" else spans is not None
             for found, spans in zip(mentions, marked, strict=True)]  # fmt: skip
    split[~np.array(known, dtype=bool)] = "aside"
    for name in splits:
        if not (split == name).any():
            raise WardspaceError(
                f"task {task.name}: no annotated note in the {name} split", where=f"corpus.columns.spans {task.spans}"
            )
    found = AnnotatedNotes(texts, objects(table["note_id"]), objects(table["patient_id"]), split, mentions, classes)
    said = [*_unusual(sum((counts for _, counts in read), MentionCounts())), *_left_out(task, count)]
    said += [*_not_everywhere(found, splits), *found.budget.too_small(task.budgets, "type")]
    return replace(found, warnings=tuple(said))


def _check_field(column: pa.DataType, task: EntitiesConfig) -> None:
    fields = [field.name for field in column.value_type]
    if task.type is not None and task.type not in fields:
        raise WardspaceError(
            f"task {task.name}: the spans in {task.spans} have no field {task.type!r}; they have {', '.join(fields)}",
            where="tasks.N.type",
            fix="name the field with the type of entity, or set it to null where all are of one type",
        )


def _nothing(task: EntitiesConfig, count: Counter[str]) -> WardspaceError:
    if count:
        named = ", ".join(f"{name} {size}" for name, size in count.most_common())
        return WardspaceError(
            f"task {task.name}: no type has {task.min_mentions} mentions ({named})", where="tasks.N.min_mentions"
        )
    among = "" if task.types is None else f" of {', '.join(task.types)}"
    return WardspaceError(
        f"task {task.name}: no mention{among} in {task.spans}",
        where="tasks.N.spans",
        fix="name the column with the annotated entities, and types that are in it",
    )


def _unusual(counts: MentionCounts) -> list[str]:
    said = {
        "in several stretches; each counts from its first character to its last": counts.discontinuous,
        "within another one; taggers learn the outer one, and the inner one counts as missed": counts.nested,
        "that cross another one; taggers learn the longer one of two": counts.overlapping,
        "annotated twice and counted once": counts.twice,
    }
    return [f"{size:,} of {counts.mentions:,} mentions are {what}." for what, size in said.items() if size]


def _left_out(task: EntitiesConfig, count: Counter[str]) -> list[str]:
    small = {name: size for name, size in count.items() if size < task.min_mentions}
    if not small:
        return []
    named = ", ".join(f"{name} {size}" for name, size in sorted(small.items(), key=lambda one: -one[1]))
    return [f"{counted(len(small), 'type')} with fewer than {task.min_mentions} mentions are left out: {named}."]


def _not_everywhere(notes: AnnotatedNotes, splits: Sequence[str]) -> list[str]:
    found = []
    for name in notes.classes:
        lacking = [
            split
            for split in splits
            if not any(one.type == name for each in notes.of(notes.rows(split)) for one in each)
        ]
        if "train" in lacking:
            found.append(f"No training note has a mention of {name}: no model can learn to find it.")
        elif lacking:
            found.append(f"There is no mention of {name} in {' and '.join(lacking)}.")
    return found
