"""The notes of a task with their classes, in the order of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ClassificationConfig
from wardspace.core.errors import WardspaceError
from wardspace.core.nameable import is_nameable
from wardspace.core.wording import counted, share
from wardspace.corpus import Corpus
from wardspace.corpus.schema import SPLITS
from wardspace.tasks.columns import filled, objects
from wardspace.tasks.notes import Notes, Texts
from wardspace.tasks.predictions import NAME, lists, names
from wardspace.tasks.probes.validation import Truth

MANY_BLANK = 0.2
"""Share of notes without a label from which on a task warns."""
NO_CLASS = -1
"""Code of a note without a label, or whose class is left out."""

_NAMED = 12


@dataclass(frozen=True)
class Labelled:
    """Labels of a task, one row a note of the corpus and in its order.

    Attributes
    ----------
    note_id, group, split : str [n]
        Name of the note, its patient (the note itself where none is known) and its split.
    codes : int32 [n]
        Place of the note's class in `classes`; -1 for a note that is left out (0 for all others where notes may have
        several labels).
    classes : tuple of str
        Sorted names.
    warnings : tuple of str
        What is left out and what is short, in words.
    members : bool [n, classes] or None
        Which labels a note has, where it may have several.
    """

    note_id: NDArray[np.object_]
    group: NDArray[np.object_]
    split: NDArray[np.object_]
    codes: NDArray[np.int32]
    classes: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    members: NDArray[np.bool_] | None = None

    def rows(self, split: str) -> NDArray[np.int64]:
        """Rows of the split's labelled notes, in the order of the corpus."""
        return np.flatnonzero((self.split == split) & (self.codes != NO_CLASS))

    @property
    def truth(self) -> Truth:
        """The class of each note, or its flags where it may have several."""
        return self.codes if self.members is None else self.members


@dataclass(frozen=True)
class LabelledNotes:
    """Labels of a task with the notes they are of: what its settings learn from.

    Attributes
    ----------
    labels : Labelled
        The labels.
    texts : Texts
        The notes.
    """

    labels: Labelled
    texts: Texts

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes in the order of the probabilities."""
        return self.labels.classes

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left out or is short."""
        return self.labels.warnings

    def notes(self, rows: NDArray[np.int64]) -> Notes:
        """Some of the notes."""
        return Notes(self.texts, rows, self.labels.note_id[rows])

    def units(self, split: str) -> Notes:
        """The labelled notes of a split."""
        return self.notes(self.labels.rows(split))

    def truth(self, split: str) -> pa.Table:
        """Their patients, and their classes or flags."""
        rows = self.labels.rows(split)
        told = self.labels.truth[rows]
        return pa.table(
            [
                names(self.labels.note_id[rows]),
                names(self.labels.group[rows]),
                pa.array(told, pa.int32()) if self.labels.members is None else lists(told, pa.bool_()),
            ],
            schema=TRUTH if self.labels.members is None else SEVERAL_TRUTH,
        )


_WHO = (pa.field("note_id", NAME, nullable=False), pa.field("group", NAME, nullable=False))
TRUTH = pa.schema([*_WHO, pa.field("truth", pa.int32(), nullable=False)])
"""Columns that say what is right of a note: the number of its class."""
SEVERAL_TRUTH = pa.schema([*_WHO, pa.field("truth", pa.list_(pa.bool_()), nullable=False)])
"""The same where notes may have several labels: for each class, whether they have it."""


def labelled(corpus: Corpus, task: ClassificationConfig, splits: Sequence[str] = SPLITS) -> Labelled:
    """Read the labels of a task.

    Classes with fewer than `min_notes` notes are left out, and so do classes that a split lacks where the task says
    `absent_classes: drop`; both are named in `warnings`.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    task : ClassificationConfig
        The label.
    splits : sequence of str
        Splits that the corpus shows, which each class must be in.

    Raises
    ------
    WardspaceError
        If fewer than two classes are left, or a class is absent from a split and the task does not say `drop`.
    """
    table = corpus.table(columns=["note_id", "patient_id", "split", task.label])
    labels = [_split_up(label, task) for label in filled(table[task.label])]
    split = objects(table["split"])
    counts = Counter(label for several in labels for label in several or ())
    by_split = {
        name: Counter(label for i in np.flatnonzero(split == name) for label in labels[i] or ()) for name in splits
    }
    classes, warnings = _classes(task, counts, by_split)
    warnings += _blank(task, labels, split)
    members = np.zeros((len(labels), len(classes)), dtype=bool)
    place = {name: code for code, name in enumerate(classes)}
    for row, several in enumerate(labels):
        members[row, [place[label] for label in several or () if label in place]] = True
    who = (objects(table["note_id"]), objects(table["patient_id"]), split)
    if task.separator is None:
        codes = np.where(members.any(axis=1), members.argmax(axis=1), NO_CLASS).astype(np.int32)
        return Labelled(*who, codes, classes, warnings)
    known = np.array([several is not None for several in labels])
    return Labelled(*who, np.where(known, 0, NO_CLASS).astype(np.int32), classes, warnings, members)


def _classes(
    task: ClassificationConfig, counts: Mapping[str, int], by_split: Mapping[str, Counter[str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Classes that are scored, and what is left out or is short in words."""
    small = {name: count for name, count in counts.items() if count < task.min_notes}
    warnings = [_aside(f"fewer than {task.min_notes} notes", small)] if small else []
    absent = _absent(by_split, [name for name in sorted(counts) if name not in small])
    if absent and task.absent_classes == "error":
        raise _absent_error(task, absent)
    if absent:
        gone = {name: counts[name] for name in absent}
        warnings.append(_aside(f"no notes in a split ({_where_absent(absent)})", gone))
    classes = tuple(name for name in sorted(counts) if name not in small and name not in absent)
    if len(classes) < (2 if task.separator is None else 1):
        raise _too_few(task, classes, counts)
    warnings += _short_of_shots(task.shots, {name: by_split["train"][name] for name in classes})
    return classes, tuple(warnings)


def _blank(
    task: ClassificationConfig, labels: Sequence[tuple[str, ...] | None], split: NDArray[np.object_]
) -> tuple[str, ...]:
    """A warning where many notes have no label: those that have one may be of another kind."""
    blank = sum(several is None for several in labels)
    if blank < MANY_BLANK * len(labels):
        return ()
    test = sum(several is None for several, name in zip(labels, split, strict=True) if name == "test")
    return (
        f"{blank:,} of {len(labels):,} notes ({share(blank / len(labels))}) have no {task.label}, {test:,} of them in "
        "test: scores say nothing of such notes",
    )


def _split_up(label: str | None, task: ClassificationConfig) -> tuple[str, ...] | None:
    """The labels of a note; None where they are not known."""
    if label is None:
        return () if task.unlabelled == "none" else None
    if task.separator is None:
        return (label,)
    return tuple(dict.fromkeys(part.strip() for part in label.split(task.separator) if part.strip()))


def _absent(by_split: Mapping[str, Counter[str]], classes: Sequence[str]) -> dict[str, list[str]]:
    """Classes that some split lacks, with those splits."""
    lacking = {name: [split for split, counts in by_split.items() if not counts[name]] for name in classes}
    return {name: splits for name, splits in lacking.items() if splits}


def _where_absent(absent: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(split for split in SPLITS if any(split in splits for splits in absent.values()))


def _absent_error(task: ClassificationConfig, absent: Mapping[str, Sequence[str]]) -> WardspaceError:
    named = [f"{_short(name)} (not in {', '.join(splits)})" for name, splits in absent.items()]
    verb = "is" if len(absent) == 1 else "are"
    return WardspaceError(
        f"task {task.name}: {counted(len(absent), 'class', 'classes')} {verb} missing from a split: {_listed(named)}",
        where=f"label {task.label}",
        fix="set tasks.N.absent_classes: drop to go on without them, or raise tasks.N.min_notes",
    )


def _too_few(task: ClassificationConfig, classes: Sequence[str], counts: Mapping[str, int]) -> WardspaceError:
    if not counts:
        return WardspaceError(
            f"task {task.name}: no note has a value in {task.label}",
            where=f"label {task.label}",
            fix="choose a label column that is filled in",
        )
    found = _listed([f"{_short(name)} {count}" for name, count in sorted(counts.items(), key=_by_count)])
    return WardspaceError(
        f"task {task.name}: {len(classes)} class left, two are needed (notes per class: {found})",
        where=f"label {task.label}",
        fix="lower tasks.N.min_notes, bring more notes, or choose another label",
    )


def _aside(why: str, classes: Mapping[str, int]) -> str:
    named = _listed([f"{_short(name)} {count}" for name, count in sorted(classes.items(), key=_by_count)])
    notes = sum(classes.values())
    return f"{len(classes)} classes with {why} are left out, {notes} notes in all: {named}."


def _short_of_shots(shots: Sequence[int], training: Mapping[str, int]) -> list[str]:
    """One warning for all sizes of few-shot subset: which classes have fewer training notes than were asked for."""
    short = {name: count for name, count in training.items() if count < max(shots, default=0)}
    if not short:
        return []
    named = _listed([f"{_short(name)} {count}" for name, count in sorted(short.items(), key=_by_count)])
    return [f"Few-shot subsets take all training notes of a class that has fewer than asked for: {named}."]


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return (-item[1], item[0])


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _short(name: str) -> str:
    # a column of free text, given as a label by mistake, must not reach a message
    return name if is_nameable(name) else f"(a value of {len(name)} characters)"
