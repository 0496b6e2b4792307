"""The pairs of a task with their classes, in the order of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import TextPairsConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.nameable import is_nameable
from wardspace.core.wording import counted
from wardspace.corpus.note.scripts import main_scripts
from wardspace.corpus.prepare.ledger import normalised
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.columns import filled, objects
from wardspace.tasks.documents.labelled import NO_CLASS, TRUTH
from wardspace.tasks.label_budget import NoteBudgets
from wardspace.tasks.notes import Texts
from wardspace.tasks.predictions import names

_NAMED = 5
"""Pairs that are named of those left out for one reason."""


class Pairs(NamedTuple):
    """Some pairs of a corpus."""

    texts: Texts
    rows: NDArray[np.int64]
    """Their rows in the corpus, rising."""
    note_id: NDArray[np.object_]
    """Their names."""
    seconds: Sequence[str]
    """Their other texts, for models alone: no file outside the corpus holds them."""

    @property
    def firsts(self) -> list[str]:
        """The texts of their notes."""
        return self.texts.of(self.rows)


@dataclass(frozen=True)
class LabelledPairs:
    """Pairs of a task with their classes: what its settings learn from.

    Attributes
    ----------
    texts : Texts
        The notes.
    note_id, group, split : str [n]
        Name of each pair, its patient (the first pair with its premise where none is known) and its split.
    seconds : [n] str or None
        Its other text.
    codes : int32 [n]
        Place of its class in `classes`; -1 for a pair that is left out.
    classes : tuple of str
        In the task's order, or sorted.
    warnings : tuple of str
        What is left out and what is short, in words.
    """

    texts: Texts
    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    seconds: NDArray[np.object_]
    codes: NDArray[np.int32]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of a split's labelled pairs, in the order of the corpus."""
        return np.flatnonzero((self.split == split) & (self.codes != NO_CLASS))

    def pairs(self, rows: NDArray[np.int64]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.texts, rows, self.note_id[rows], [str(text) for text in self.seconds[rows]])

    def units(self, split: str) -> Pairs:
        """The labelled pairs of a split."""
        return self.pairs(self.rows(split))

    def truth(self, split: str) -> pa.Table:
        """Their patients and classes."""
        rows = self.rows(split)
        columns = [names(self.note_id[rows]), names(self.group[rows]), pa.array(self.codes[rows], pa.int32())]
        return pa.table(columns, schema=TRUTH)

    def learned(self, groups: int | None, seed: int = 0) -> NDArray[np.int64]:
        """Rows of the training pairs to learn from: all of them, or those of so many groups of a seeded order."""
        rows = self.rows("train")
        return rows[np.isin(self._places, self.budget.learned(groups, seed))]

    @property
    def scripts(self) -> tuple[str, ...]:
        """Scripts of the validation pairs."""
        held = self.units("validation")
        return main_scripts([*held.firsts, *held.seconds])

    @cached_property
    def budget(self) -> NoteBudgets:
        """The groups of training pairs, with the classes that each has."""
        known, rows = list(dict.fromkeys(self.group[self.rows("train")])), self.rows("train")
        has = np.zeros((len(known), len(self.classes)), dtype=bool)
        has[self._places, self.codes[rows]] = True
        return NoteBudgets(np.arange(len(known)), [str(name) for name in known], has, "group of training pairs")

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Number of the group of each training pair, in the order of the corpus."""
        own = self.group[self.rows("train")]
        number = {name: place for place, name in enumerate(dict.fromkeys(own))}
        return np.array([number[name] for name in own], dtype=np.int64)


def labelled_pairs(texts: Texts, task: TextPairsConfig, splits: Sequence[str] = SPLITS) -> LabelledPairs:
    """Read the pairs of a task.

    Raises
    ------
    WardspaceError
        If training pairs have fewer than two classes, or a split has no labelled pair.
    """
    table = texts.corpus.table(columns=["note_id", "patient_id", "split", "text", task.hypothesis, task.label])
    note_id, split = objects(table["note_id"]), objects(table["split"])
    seconds, labels = filled(table[task.hypothesis]), filled(table[task.label])
    without = np.array([text is None for text in seconds], dtype=bool)
    unlabelled = np.array([label is None or label in task.no_label for label in labels], dtype=bool)
    firsts = objects(table["text"])
    same = np.array([_same(one, other) for one, other in zip(firsts, seconds, strict=True)], dtype=bool)
    dropped = same & (task.identical == "drop")
    usable = ~(without | unlabelled | dropped)
    classes = _classes(task, Counter(labels[usable & (split == "train")]))
    place = {name: code for code, name in enumerate(classes)}
    codes = np.array([place.get(label, NO_CLASS) for label in labels], dtype=np.int32)
    codes[~usable] = NO_CLASS
    found = LabelledPairs(texts, note_id, objects(table["patient_id"]), split, seconds, codes, classes)
    _check_splits(found, task, splits)
    said = [
        *_left_out(note_id[without], f"without {task.hypothesis}"),
        *_left_out(note_id[unlabelled & ~without], f"without {task.label}"),
        *_identical(note_id[same & ~unlabelled], task),
        *_left_out(note_id[usable & (codes == NO_CLASS)], "of a class that is not predicted"),
        *_not_everywhere(found, splits),
        *found.budget.too_small(task.budgets, "class"),
    ]
    return replace(found, warnings=tuple(said))


def _same(first: str, second: str | None) -> bool:
    return second is not None and normalised(first) == normalised(second)


def _classes(task: TextPairsConfig, count: Counter[str]) -> tuple[str, ...]:
    """The classes of training pairs."""
    asked = sorted(count) if task.classes is None else task.classes
    classes = tuple(name for name in asked if count[name])
    if len(classes) >= 2 and (task.classes is None or len(classes) == len(task.classes)):
        return classes
    named = ", ".join(f"{_short(name)} {size}" for name, size in count.most_common()) or "none"
    wanted = "two classes are needed" if task.classes is None else f"those of {', '.join(task.classes)} are needed"
    raise WardspaceError(
        f"task {task.name}: {wanted} among the training pairs, which have: {named}",
        where=f"label {task.label}",
        fix="name the column with the classes, and classes that training pairs have",
    )


def _short(name: str) -> str:
    # a column of free text, given as a label by mistake, must not reach a message
    return name if is_nameable(name) else f"(a value of {len(name)} characters)"


def _check_splits(pairs: LabelledPairs, task: TextPairsConfig, splits: Sequence[str]) -> None:
    for name in splits:
        if not len(pairs.rows(name)):
            raise WardspaceError(
                f"task {task.name}: no labelled pair in the {name} split",
                where=f"label {task.label}",
                fix="bring more pairs, or look at what is left out",
            )


def _left_out(note_id: NDArray[np.object_], what: str) -> list[str]:
    return [f"{counted(len(note_id), 'pair')} {what} left out: {_named(note_id)}."] if len(note_id) else []


def _identical(note_id: NDArray[np.object_], task: TextPairsConfig) -> list[str]:
    if not len(note_id):
        return []
    if task.identical == "drop":
        return _left_out(note_id, "of the same text twice")
    many = counted(len(note_id), "pair")
    return [f"{many} of the same text twice kept (identical: drop leaves them out): {_named(note_id)}."]


def _named(note_id: NDArray[np.object_]) -> str:
    more = len(note_id) - _NAMED
    return ", ".join(str(name) for name in note_id[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _not_everywhere(pairs: LabelledPairs, splits: Sequence[str]) -> list[str]:
    lacking = {
        name: [split for split in splits if code not in pairs.codes[pairs.rows(split)]]
        for code, name in enumerate(pairs.classes)
    }
    return [f"No pair of class {_short(name)} in {' and '.join(where)}." for name, where in lacking.items() if where]
