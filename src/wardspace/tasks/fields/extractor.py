"""Values of all fields of some notes: every model reads each note once, and fields choose from what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wardspace.config.fields import FieldsConfig, FieldSource, SourceKey
from wardspace.core.errors import ModelError, StudyError
from wardspace.core.wording import listed
from wardspace.corpus.note.scripts import foreign
from wardspace.tasks.assertions.context import Assertion, Stretch
from wardspace.tasks.assertions.fitted import assertion_of
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.fields.filler import Filler, Judge, Opener, ReadNote
from wardspace.tasks.fields.values import Value, chosen
from wardspace.tasks.kept import AnyFit, read_about
from wardspace.tasks.registry import KINDS

PRESENT = "present"


AssertionsOf = Callable[[Sequence[str], Sequence[Sequence[Stretch]]], Sequence[Sequence[Assertion]]]
"""What each text says of the mentions in it."""


class Record(NamedTuple):
    """What was found in a note."""

    fields: Mapping[str, list[Value]]
    """Values by field."""
    mentions: list[Value]
    """All values with a place, of every type that a field asks for, in the order of the text."""
    foreign: bool
    """Whether a model passed it over: it is written in a script that the model has not learned."""


@dataclass(frozen=True)
class Extractor:
    """Fills the fields of notes.

    Attributes
    ----------
    fields : FieldsConfig
        What is asked for.
    fillers : mapping of str to Filler
        Models by the name of their task.
    assertions : callable, optional
        Says what a note says of its mentions.

    Raises
    ------
    StudyError
        If a field has no model, or several, or a model no field.
    """

    fields: FieldsConfig
    fillers: Mapping[str, Filler]
    assertions: AssertionsOf | None = None

    def __post_init__(self) -> None:
        _check(self.fields, self.fillers)

    @classmethod
    def open(cls, fields: FieldsConfig, folders: Sequence[str | Path]) -> Extractor:
        """Open folders that tasks have kept, and check that they can fill the fields.

        Raises
        ------
        ModelError
            If a folder is damaged or of a kind that fills no field.
        StudyError
            If a field cannot be filled, or two models have the same task.
        """
        fillers: dict[str, Filler] = {}
        judges: list[Judge] = []
        for folder in map(Path, folders):
            about = read_about(folder, AnyFit)
            if about.task in fillers:
                raise StudyError(f"two models of the task {about.task}", where=folder, fix="name one of them")
            kind = KINDS.get(about.kind)
            if not isinstance(kind, Opener):
                raise ModelError(f"a model of {about.kind} fills no field", where=folder, fix="leave it out")
            opened = kind.load(folder)
            if isinstance(opened, Judge):
                judges.append(opened)
            else:
                fillers[about.task] = opened
        if len(judges) > (fields.assertions != "none"):
            raise StudyError(
                "more models of assertions than are asked for", where="--models", fix="name one, and none with `none`"
            )
        judge = judges[0].assertions if judges else assertion_of
        return cls(fields, fillers, None if fields.assertions == "none" else judge)

    def records(self, texts: Sequence[str]) -> Iterator[Record]:
        """Fill the fields of notes; an empty note has no values."""
        found: list[list[Value]] = [[] for _ in texts]
        passed: set[int] = set()
        full = [at for at, text in enumerate(texts) if text.strip()]
        # what is said of mentions, as relations are, needs them first
        for task, filler in sorted(self.fillers.items(), key=lambda one: one[1].source != "entity"):
            own = [at for at in full if not foreign(texts[at], filler.scripts)]
            passed.update({*full} - {*own})
            notes = [ReadNote(texts[at], self._of(found[at], "entity")) for at in own]
            for at, values in zip(own, filler.found(notes, self._asked(task)), strict=True):
                found[at] += [one._replace(task=task) for one in values]
        for at, values in enumerate(self._asserted(texts, found)):
            yield self._record(values, foreign=at in passed)

    def _of(self, values: Sequence[Value], *keys: SourceKey) -> list[Value]:
        return [one for one in values if self.fillers[one.task].source in keys]

    def _asked(self, task: str) -> list[str]:
        """What fields ask a model for."""
        own = (field.source for field in self.fields.fields)
        return list(dict.fromkeys(one.name for one in own if task in able(one, self.fillers)))

    def _asserted(self, texts: Sequence[str], found: Sequence[list[Value]]) -> Iterator[list[Value]]:
        """The values of each text, with what it says of the mentions among them."""
        if self.assertions is None:
            yield from found
            return
        asserted = [self._of(values, "entity", "relation") for values in found]
        places = [[Mention(one.start or 0, one.end or 0, one.type) for one in values] for values in asserted]
        for values, own, said in zip(found, asserted, self.assertions(texts, places), strict=True):
            words = {id(one): _words(each) for one, each in zip(own, said, strict=True)}
            yield [one._replace(assertions=words.get(id(one))) for one in values]

    def _record(self, values: Sequence[Value], *, foreign: bool) -> Record:
        filled: dict[str, list[Value]] = {}
        shown: dict[Value, None] = {}
        for field in self.fields.fields:
            fitting = able(field.source, self.fillers)
            own = [one for one in values if one.type == field.source.name and one.task in fitting]
            filled[field.name] = chosen(own, field)
            shown.update((one, None) for one in own if one.start is not None)
        return Record(filled, sorted(shown, key=lambda one: (one.start or 0, one.end or 0)), foreign)


def able(source: FieldSource, fillers: Mapping[str, Filler]) -> list[str]:
    """Tasks whose models can fill a field."""
    wanted = source.classification or source.task
    return [
        task
        for task, filler in fillers.items()
        if filler.source == source.key
        and wanted in (None, task)
        and (filler.names is None or source.name in filler.names)
    ]


def _words(said: Assertion) -> tuple[str, ...]:
    """An assertion in words."""
    return tuple(name for name, true in said._asdict().items() if true) or (PRESENT,)


def _check(fields: FieldsConfig, fillers: Mapping[str, Filler]) -> None:
    """Every field has one model, and no model is there for nothing."""
    mistakes: list[str] = []
    used: set[str] = set()
    for place, field in enumerate(fields.fields):
        fitting = able(field.source, fillers)
        used.update(fitting)
        if field.source.key == "relation":  # between mentions, whatever they are
            used.update(task for task, filler in fillers.items() if filler.source == "entity")
        if len(fitting) != 1:
            mistakes.append(f"fields.{place}.from.{_mistake(field.source, fitting, fillers)}")
    if not mistakes and (idle := [name for name in fillers if name not in used]):
        mistakes.append(f"no field uses the model of {', '.join(idle)}")
    relations = [task for task, filler in fillers.items() if filler.source == "relation"]
    if relations and not any(filler.source == "entity" for filler in fillers.values()):
        mistakes.append(f"{' and '.join(relations)} reads relations between mentions, and no model finds mentions")
    if mistakes:
        raise StudyError(
            "the models cannot fill the fields:\n" + "\n".join(f"  - {line}" for line in mistakes),
            where="--models",
            fix="name the folders RUN/models/TASK-MODEL-SETTING that fill them, one for each task",
        )


def _mistake(source: FieldSource, fitting: Sequence[str], fillers: Mapping[str, Filler]) -> str:
    """Why a field has no model of its own; what it asks for is of the fields file and no text of a note."""
    if fitting:
        return f"{source.key}: {' and '.join(fitting)} both find {source.name}; name one as `task`"
    own = {task: filler for task, filler in fillers.items() if filler.source == source.key}
    known = listed(list(own)) if own else "there is none"
    if source.task is not None and source.task not in own:
        return f"task: no model of {source.task!r} ({known})"
    if source.key == "question":
        return f"question: no model answers questions ({known})"
    if source.key == "classification":
        return f"classification: no model of {source.name!r} ({known})"
    names = sorted({name for filler in own.values() for name in filler.names or ()})
    return f"{source.key}: no model finds {source.name!r} ({f'they find: {listed(names)}' if names else known})"
