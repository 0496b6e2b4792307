"""The sentences of a task with their labels, in the order of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import SentencesConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.nameable import is_nameable
from wardspace.core.wording import counted, listed
from wardspace.corpus.note.sentences import Sentence, sentences
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.assertions.asserted import TRUTH
from wardspace.tasks.columns import objects
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import lists, names

Flags = NDArray[np.bool_]
Record = Mapping[str, Any]
Read = dict[Sentence, set[str]]
"""Sentences of a note, in its order, with their labels."""


class Asked(NamedTuple):
    """Sentences whose labels are asked for, note by note."""

    texts: Texts
    rows: NDArray[np.int64]
    """Rows of their notes in the corpus, rising."""
    note_id: NDArray[np.object_]
    """Names of these notes."""
    sentences: list[list[Sentence]]
    """Of each note, in the order of the text."""

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """A value of each note, once for each of its sentences."""
        return np.repeat(values, [len(own) for own in self.sentences])

    def words(self) -> Iterator[str]:
        """The text of each sentence."""
        for text, own in zip(self.texts.of(self.rows), self.sentences, strict=True):
            yield from (text[one.start : one.end] for one in own)


@dataclass(frozen=True)
class LabelledSentences:
    """Notes with their sentences and the labels of each: what settings of the kind learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each note, its patient and its split; `aside` for one that is left out.
    sentences : tuple of list of Sentence
        Of each note, in the order of the text.
    flags : tuple of bool [sentences, labels]
        Of each note.
    classes : tuple of str
        The labels, sorted.
    warnings : tuple of str
        What is left out and what is short, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    sentences: tuple[list[Sentence], ...]
    flags: tuple[Flags, ...]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's annotated notes that have sentences."""
        return np.flatnonzero(self.split == split)

    def units(self, split: str) -> Asked:
        """The sentences of a split."""
        return self.asked(self.rows(split))

    def asked(self, rows: NDArray[np.int64]) -> Asked:
        """The sentences of some notes."""
        return Asked(self.texts, rows, self.note_id[rows], [self.sentences[row] for row in rows])

    def labels(self, rows: NDArray[np.int64]) -> Flags:
        """Their labels [sentences, labels]."""
        return np.concatenate([np.zeros((0, len(self.classes)), dtype=bool), *(self.flags[row] for row in rows)])

    def truth(self, split: str) -> pa.Table:
        """Notes, patients, places and labels of a split's sentences."""
        asked = self.units(split)
        at = np.array([one for own in asked.sentences for one in own], dtype=np.int32).reshape(-1, 2)
        who = [names(asked.each(values)) for values in (asked.note_id, self.group[asked.rows])]
        places = [pa.array(at[:, side]) for side in range(2)]
        return pa.table([*who, *places, lists(self.labels(asked.rows), pa.bool_())], schema=TRUTH)

    @cached_property
    def budget(self) -> NoteBudgets:
        """The training notes, with the labels that occur in each."""
        rows = self.rows("train")
        has = np.array([self.flags[row].any(axis=0) for row in rows]).reshape(len(rows), len(self.classes))
        return NoteBudgets(rows, [str(self.note_id[row]) for row in rows], has)


def labelled(texts: Texts, task: SentencesConfig, splits: Sequence[str] = SPLITS) -> LabelledSentences:
    """Read the sentences of a task and the labels of each.

    Raises
    ------
    WardspaceError
        If there is no field with the labels, no label, or a split has no annotated note.
    """
    table = texts.corpus.table(columns=["note_id", "patient_id", "split", task.spans])
    _check_field(table[task.spans].type, task)
    marked = table[task.spans].to_pylist()
    read, twice = [], 0
    for spans, text in zip(marked, _texts(texts, task), strict=True):
        records = [one for one in spans or () if one["start"] < one["end"]]
        read.append(_sentences(records, task) if text is None else _split_up(text, records, task))
        twice += len(records) - len(read[-1]) if text is None else 0
    count = Counter(label for own in read for labels in own.values() for label in labels)
    classes = tuple(sorted(name for name, size in count.items() if size >= task.min_sentences))
    if not classes:
        raise _nothing(task, count)
    split = objects(table["split"])
    split[[not _annotated(own, spans, task) for own, spans in zip(read, marked, strict=True)]] = "aside"
    for name in splits:
        if not (split == name).any():
            raise WardspaceError(
                f"task {task.name}: no annotated sentence in the {name} split",
                where=f"corpus.columns.spans {task.spans}",
            )
    flags = tuple(_flags(own, classes) for own in read)
    who = (objects(table["note_id"]), objects(table["patient_id"]), split)
    found = LabelledSentences(texts, *who, tuple([*own] for own in read), flags, classes)
    return replace(found, warnings=(*_odd(found, twice), *_left_out(task, count), *_short(found, task, splits)))


def _texts(texts: Texts, task: SentencesConfig) -> Iterator[str | None]:
    """The text of each note, where it must be split into sentences."""
    for batch in texts.corpus.batches(columns=["text"] if task.marked == "stretches" else ["note_id"]):
        yield from batch.column(0).to_pylist() if task.marked == "stretches" else [None] * batch.num_rows


def _sentences(records: Iterable[Record], task: SentencesConfig) -> Read:
    """Sentences as they are marked; those of one place are one."""
    found: Read = {}
    for record in sorted(records, key=lambda one: (one["start"], one["end"])):
        found.setdefault(Sentence(record["start"], record["end"]), set()).update(_labels(record, task))
    return found


def _split_up(text: str, records: Iterable[Record], task: SentencesConfig) -> Read:
    """The sentences of a text, with the labels of the stretches that they share a word with."""
    found: Read = {one: set() for one in sentences(text)}
    for record in records:
        for one, labels in found.items():
            if text[max(one.start, record["start"]) : min(one.end, record["end"])].strip():
                labels.update(_labels(record, task))
    return found


def _labels(record: Record, task: SentencesConfig) -> Iterator[str]:
    value = record[task.label]
    several = [] if value is None else [str(value)] if task.separator is None else str(value).split(task.separator)
    for one in (part.strip() for part in several):
        if one and (task.labels is None or one in task.labels):
            yield one


def _flags(own: Read, classes: Sequence[str]) -> Flags:
    found = [[name in labels for name in classes] for labels in own.values()]
    return np.array(found, dtype=bool).reshape(-1, len(classes))


def _annotated(own: Read, spans: Sequence[Record] | None, task: SentencesConfig) -> bool:
    """Whether a note has sentences, and somebody has looked at them."""
    # a note without a value was not annotated, an empty list may be what somebody found in it
    looked = any(own.values()) if task.unlabelled == "aside" else spans is not None
    return bool(own) and looked


def _check_field(column: pa.DataType, task: SentencesConfig) -> None:
    fields = [field.name for field in column.value_type]
    if task.label not in fields:
        raise WardspaceError(
            f"task {task.name}: the spans in {task.spans} have no field {task.label!r}; they have {', '.join(fields)}",
            where="tasks.N.label",
            fix="name the field with the labels",
        )


def _nothing(task: SentencesConfig, count: Counter[str]) -> WardspaceError:
    if count:
        named = ", ".join(f"{_short_name(name)} {size}" for name, size in count.most_common(12))
        return WardspaceError(
            f"task {task.name}: no label has {task.min_sentences} sentences ({named})", where="tasks.N.min_sentences"
        )
    among = "" if task.labels is None else f" of {listed(task.labels)}"
    return WardspaceError(
        f"task {task.name}: no label{among} in {task.spans}",
        where="tasks.N.spans",
        fix="name the column with the labelled sentences, the field with their labels, and labels that are in it",
    )


def _short_name(name: str) -> str:
    # a field of free text, given as one of labels by mistake, must not reach a message
    return name if is_nameable(name) else f"(a value of {len(name)} characters)"


def _odd(found: LabelledSentences, twice: int) -> list[str]:
    said = [f"{counted(twice, 'sentence')} marked twice in one place; each counts once, with all its labels."]
    aside = [name for name, split in zip(found.note_id, found.split, strict=True) if split == "aside"]
    left = f"{counted(len(aside), 'note')} without an annotated sentence left out: {', '.join(aside[:_NAMED])}"
    more = f" and {len(aside) - _NAMED} more." if len(aside) > _NAMED else "."
    return [*(said if twice else []), *([left + more] if aside else [])]


_NAMED = 5


def _left_out(task: SentencesConfig, count: Counter[str]) -> list[str]:
    small = {name: size for name, size in count.items() if size < task.min_sentences}
    if not small:
        return []
    named = ", ".join(f"{_short_name(name)} {size}" for name, size in sorted(small.items(), key=lambda one: -one[1]))
    return [f"{counted(len(small), 'label')} of fewer than {task.min_sentences} sentences left out: {named}."]


def _short(found: LabelledSentences, task: SentencesConfig, splits: Sequence[str]) -> list[str]:
    said = []
    has = {split: np.flatnonzero(found.labels(found.rows(split)).any(axis=0)).tolist() for split in splits}
    for place, name in enumerate(found.classes):
        lacking = [split for split in splits if place not in has[split]]
        if "train" in lacking:
            said.append(f"No training sentence has the label {_short_name(name)}: no model can learn it.")
        elif lacking:
            said.append(f"No sentence has the label {_short_name(name)} in {' and '.join(lacking)}.")
    return [*said, *found.budget.too_small(task.budgets, "label")]
