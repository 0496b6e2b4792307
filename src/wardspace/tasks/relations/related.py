"""The notes of a task with what they mention and how it is related, in the order of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import RelationsConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.columns import objects
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import names
from wardspace.tasks.relations.candidates import Pairing
from wardspace.tasks.relations.documents import Document, Level, Related, Relation, level_of, read_related
from wardspace.tasks.relations.stored import TRUE_RELATIONS, TRUTH, relation_column

_NAMED = 5
"""Notes that a warning names."""


class Asked(NamedTuple):
    """Notes with what they mention, of which relations are asked."""

    texts: Texts
    rows: NDArray[np.int64]
    """Rows in the corpus, rising."""
    note_id: NDArray[np.object_]
    """Their names."""
    documents: list[Document]
    """What they mention."""


@dataclass(frozen=True)
class RelatedNotes:
    """Notes with their mentions and relations: what settings of the kind learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each note, its patient and its split; `aside` for one that is left out.
    documents : tuple of Document
        What each mentions.
    relations : tuple of list of Relation
        Of each note.
    classes : tuple of str
        Types of relation, sorted.
    level : {"concepts", "mentions"}
        What relations are between.
    task : RelationsConfig
        Which pairs are looked at.
    warnings : tuple of str
        What is left out and what is short, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    documents: tuple[Document, ...]
    relations: tuple[list[Relation], ...]
    classes: tuple[str, ...]
    level: Level
    task: RelationsConfig
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's annotated notes, in the order of the corpus."""
        return np.flatnonzero(self.split == split)

    def units(self, split: str) -> Asked:
        """The annotated notes of a split."""
        return self.asked(self.rows(split))

    def asked(self, rows: NDArray[np.int64]) -> Asked:
        """Some of the notes."""
        return Asked(self.texts, rows, self.note_id[rows], [self.documents[row] for row in rows])

    def of(self, rows: NDArray[np.int64]) -> list[list[Relation]]:
        """Relations of some of the notes."""
        return [self.relations[row] for row in rows]

    def truth(self, split: str) -> pa.Table:
        """Patients and relations of a split's notes."""
        rows = self.rows(split)
        right = relation_column(self.of(rows), self.asked(rows).documents, self.classes, TRUE_RELATIONS)
        return pa.table([names(self.note_id[rows]), names(self.group[rows]), right], schema=TRUTH)

    def learned(self, notes: int | None, seed: int = 0) -> NDArray[np.int64]:
        """Rows of the training notes to learn from: all of them, or so many of a seeded order."""
        return self.budget.learned(notes, seed)

    def pairing(self, rows: NDArray[np.int64]) -> Pairing:
        """Which pairs are looked at by who learns from some notes."""
        directed, window = self.task.directed, self.task.window
        if self.task.pairs is None:
            related = [(self.documents[row], self.relations[row]) for row in rows]
            return Pairing.learned(related, directed=directed, window=window)
        asked = [(one, other) for one, other in self.task.pairs]
        return Pairing(frozenset(asked if directed else map(_sorted, asked)), directed, window)

    @cached_property
    def budget(self) -> NoteBudgets:
        """The training notes, with the types of relation that each has."""
        rows = self.rows("train")
        flags = np.zeros((len(rows), len(self.classes)), dtype=bool)
        for place, row in enumerate(rows):
            flags[place, [self.classes.index(one.type) for one in self.relations[row]]] = True
        return NoteBudgets(rows, [str(self.note_id[row]) for row in rows], flags)


def _sorted(types: tuple[str, str]) -> tuple[str, str]:
    return min(types), max(types)


def related(texts: Texts, task: RelationsConfig, splits: Sequence[str] = SPLITS) -> RelatedNotes:
    """Read the mentions and relations of a task.

    Raises
    ------
    WardspaceError
        If there are none, a split has no annotated note, or a field is missing.
    """
    columns = [task.relations, *([] if task.spans is None else [task.spans])]
    level = _level(texts.corpus.schema, task)
    read: list[Related] = []
    known: list[bool] = []
    for batch in texts.corpus.batches(columns=["text", *columns]):
        for note in batch.to_pylist():
            spans = None if task.spans is None else note[task.spans]
            read.append(read_related(note["text"], spans, note[task.relations], level, task))
            known.append(note[task.relations] is not None)
    classes = tuple(sorted({one.type for each in read for one in each.relations}))
    if not classes:
        raise _nothing(task, read)
    table = texts.corpus.table(columns=["note_id", "patient_id", "split"])
    split = objects(table["split"])
    split[~np.array(known, dtype=bool)] = "aside"
    for name in splits:
        if not (split == name).any():
            raise WardspaceError(
                f"task {task.name}: no annotated note in the {name} split",
                where=f"corpus.columns.spans {task.relations}",
            )
    found = RelatedNotes(
        texts, objects(table["note_id"]), objects(table["patient_id"]), split,
        tuple(one.document for one in read), tuple(one.relations for one in read), classes, level, task,
    )  # fmt: skip
    return replace(found, warnings=tuple(_warnings(found, splits, read)))


def _level(schema: pa.Schema, task: RelationsConfig) -> Level:
    fields = {
        name: [field.name for field in schema.field(name).type.value_type]
        for name in (task.relations, *([] if task.spans is None else [task.spans]))
    }
    level = level_of(fields[task.relations])
    if level is None or (level == "concepts" and task.spans is None):
        raise WardspaceError(
            f"task {task.name}: relations need the places of both mentions (head_start, head_end, tail_start, tail_end)"
            " or, with a column of mentions, two concepts (head, tail); "
            f"{task.relations} has {', '.join(fields[task.relations])}",
            where="tasks.N.relations",
        )
    wanted = {"relation_type": (task.relations, task.relation_type)}
    if task.spans is not None:
        wanted |= {"type": (task.spans, task.type)}
        wanted |= {"concept": (task.spans, task.concept)} if level == "concepts" else {}
    for key, (column, field) in wanted.items():
        if field is not None and field not in fields[column]:
            raise WardspaceError(
                f"task {task.name}: the records in {column} have no field {field!r}; they have "
                f"{', '.join(fields[column])}",
                where=f"tasks.N.{key}",
            )
    return level


def _nothing(task: RelationsConfig, read: Sequence[Related]) -> WardspaceError:
    faults = sum((one.faults for one in read), Counter[str]())
    said = "".join(f"; {size:,} {what}" for what, size in faults.items())
    return WardspaceError(
        f"task {task.name}: no relation in {task.relations}{said}",
        where="tasks.N.relations",
        fix="name the columns of the relations and of the mentions that they are between",
    )


def _warnings(notes: RelatedNotes, splits: Sequence[str], read: Sequence[Related]) -> list[str]:
    found = [_left_out(notes, read, what) for what in dict.fromkeys(what for one in read for what in one.faults)]
    bare = [row for split in splits for row in notes.rows(split) if len(notes.documents[row].arguments) < 2]
    if bare:
        what = "names no two things" if len(bare) == 1 else "name no two things"
        found.append(f"{counted(len(bare), 'note')} {what} that could be related ({_those(notes, bare)}).")
    several = [len(own) - len({one[:2] for one in own}) for own in notes.relations]
    if sum(several):
        rows = [row for row, size in enumerate(several) if size]
        found.append(
            f"{counted(sum(several), 'relation')} of another type between two that are related already count as missed:"
            f" of two a model says one type ({_those(notes, rows)})."
        )
    return [*found, *_out_of_reach(notes, splits), *_short(notes, splits), *notes.budget.too_small(
        notes.task.budgets, "type of relation"
    )]  # fmt: skip


def _left_out(notes: RelatedNotes, read: Sequence[Related], what: str) -> str:
    rows = [row for row, one in enumerate(read) if one.faults[what]]
    size = sum(read[row].faults[what] for row in rows)
    return f"{counted(size, 'relation')} left out that {what} ({_those(notes, rows)})."


def _those(notes: RelatedNotes, rows: Sequence[int]) -> str:
    """Notes by name, the first of many."""
    named = [str(notes.note_id[row]) for row in rows[:_NAMED]]
    return listed([*named, *([counted(len(rows) - _NAMED, "other note")] if len(rows) > _NAMED else [])])


def _out_of_reach(notes: RelatedNotes, splits: Sequence[str]) -> list[str]:
    """Relations between pairs that are not looked at."""
    pairing = notes.pairing(notes.rows("train"))
    found = []
    for split in splits:
        right = [
            (row, *pair) for row in notes.rows(split).tolist() for pair in {one[:2] for one in notes.relations[row]}
        ]
        missed = [row for row, *pair in right if not pairing.pairs(notes.documents[row], *pair)]
        if missed:
            found.append(
                f"{len(missed):,} of {len(right):,} related pairs in {split} are not looked at, because of their "
                f"types or their distance: they count as missed ({_those(notes, list(dict.fromkeys(missed)))})."
            )
    return found


def _short(notes: RelatedNotes, splits: Sequence[str]) -> list[str]:
    """Types that are rare or absent in a split."""
    count = {split: Counter(one.type for own in notes.of(notes.rows(split)) for one in own) for split in splits}
    found = []
    for name in notes.classes:
        lacking = [split for split in splits if not count[split][name]]
        if "train" in lacking:
            found.append(f"No training note has the relation {name}: no model can learn to find it.")
        elif lacking:
            found.append(f"There is no relation {name} in {listed(lacking)}.")
        if count.get("train", Counter())[name] == 1:
            found.append(f"The training notes have one relation {name}: hardly enough to learn it.")
    return found
