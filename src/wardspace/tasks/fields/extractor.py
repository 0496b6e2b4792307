"""Values of all fields of some notes: every model reads each note once, and fields choose from what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from wardspace.config.fields import FieldsConfig
from wardspace.core.errors import StudyError
from wardspace.corpus.note.scripts import foreign
from wardspace.tasks.assertions.context import Assertion
from wardspace.tasks.assertions.fitted import FittedAssertions, assertion_of
from wardspace.tasks.assertions.kept import load_assertions
from wardspace.tasks.documents.kept import TextClassifier, load_classifier
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.entities.mentions import Mention, ScoredMention
from wardspace.tasks.fields.values import Value, chosen
from wardspace.tasks.kept import AnyFit, read_about

PRESENT = "present"


AssertionsOf = Callable[[Sequence[str], Sequence[Sequence[Mention]]], Sequence[Sequence[Assertion]]]
"""What each text says of the mentions in it."""


class Record(NamedTuple):
    """What was found in a note."""

    fields: Mapping[str, list[Value]]
    """Values by field."""
    mentions: list[Value]
    """All mentions, of every type that a field asks for, in the order of the text."""
    foreign: bool
    """Whether a model passed it over: it is written in a script that the model has not learned."""


@dataclass(frozen=True)
class Extractor:
    """Fills the fields of notes.

    Attributes
    ----------
    fields : FieldsConfig
        What is asked for.
    taggers, classifiers : mapping
        Models by the name of their task.
    assertions : callable, optional
        Says what a note says of its mentions.
    """

    fields: FieldsConfig
    taggers: Mapping[str, FittedTagger]
    classifiers: Mapping[str, TextClassifier]
    assertions: AssertionsOf | None = None

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
        taggers: dict[str, FittedTagger] = {}
        classifiers: dict[str, TextClassifier] = {}
        heads: list[FittedAssertions] = []
        for folder in map(Path, folders):
            about = read_about(folder, AnyFit)
            if about.task in taggers or about.task in classifiers:
                raise StudyError(f"two models of the task {about.task}", where=folder, fix="name one of them")
            if about.kind == "classification":
                classifiers[about.task] = load_classifier(folder)
            elif about.kind == "assertions":
                heads.append(load_assertions(folder))
            else:  # load_tagger refuses any other kind
                taggers[about.task] = load_tagger(folder)
        _check(fields, taggers, classifiers)
        if len(heads) > (fields.assertions != "none"):
            raise StudyError(
                "more models of assertions than are asked for", where="--models", fix="name one, and none with `none`"
            )
        judge = heads[0].assertions if heads else assertion_of
        return cls(fields, taggers, classifiers, None if fields.assertions == "none" else judge)

    def records(self, texts: Sequence[str]) -> Iterator[Record]:
        """Fill the fields of notes; an empty note has no values."""
        passed: set[int] = set()
        mentions: list[list[tuple[str, ScoredMention]]] = [[] for _ in texts]
        for task, tagger in self.taggers.items():
            own = [at for at, text in enumerate(texts) if text.strip() and not foreign(text, tagger.scripts)]
            passed.update(at for at, text in enumerate(texts) if text.strip() and foreign(text, tagger.scripts))
            for at, found in zip(own, tagger.mentions([texts[at] for at in own]), strict=True):
                mentions[at] += [(task, one) for one in found]
        classes: list[dict[str, list[Value]]] = [{} for _ in texts]
        for task, classifier in self.classifiers.items():
            own = [at for at, text in enumerate(texts) if text.strip() and not foreign(text, classifier.scripts)]
            passed.update(at for at, text in enumerate(texts) if text.strip() and foreign(text, classifier.scripts))
            for at, labels in zip(own, classifier.labels([texts[at] for at in own]), strict=True):
                classes[at][task] = [Value(name, None, None, sure, task) for name, sure in labels]
        plain = [[Mention(one.start, one.end, one.type) for _, one in own] for own in mentions]
        said = None if self.assertions is None else self.assertions(texts, plain)
        for at, text in enumerate(texts):
            own_said = None if said is None else said[at]
            values = [_value(text, one, place, own_said) for place, (_, one) in enumerate(mentions[at])]
            yield self._record(mentions[at], values, classes[at], foreign=at in passed)

    def _record(
        self,
        mentions: Sequence[tuple[str, ScoredMention]],
        values: Sequence[Value],
        classes: Mapping[str, list[Value]],
        *,
        foreign: bool,
    ) -> Record:
        filled: dict[str, list[Value]] = {}
        wanted: set[int] = set()
        for field in self.fields.fields:
            source = field.source
            if source.classification is not None:
                filled[field.name] = chosen(classes.get(source.classification, []), field)
                continue
            places = [
                place
                for place, (task, one) in enumerate(mentions)
                if one.type == source.entity and source.task in (None, task)
            ]
            wanted.update(places)
            filled[field.name] = chosen([values[place] for place in places], field)
        shown = sorted((values[place] for place in wanted), key=lambda one: (one.start or 0, one.end or 0))
        return Record(filled, shown, foreign)


def _value(text: str, one: ScoredMention, place: int, said: Sequence[Assertion] | None) -> Value:
    """A mention as a value."""
    asserted = None if said is None else _words(said[place])
    return Value(text[one.start : one.end], one.start, one.end, one.confidence, one.type, asserted)


def _words(said: Assertion) -> tuple[str, ...]:
    """An assertion in words."""
    return tuple(name for name, true in said._asdict().items() if true) or (PRESENT,)


def _check(
    fields: FieldsConfig, taggers: Mapping[str, FittedTagger], classifiers: Mapping[str, TextClassifier]
) -> None:
    """Every field has one model, and no model is there for nothing."""
    mistakes: list[str] = []
    used: set[str] = set()
    for place, field in enumerate(fields.fields):
        source, where = field.source, f"fields.{place}.from"
        if source.classification is not None:
            if source.classification not in classifiers:
                mistakes.append(
                    f"{where}.classification: no model of {source.classification!r} ({_named(classifiers)})"
                )
            used.add(source.classification)
            continue
        if source.task is not None and source.task not in taggers:
            mistakes.append(f"{where}.task: no model of {source.task!r} ({_named(taggers)})")
            continue
        able = [
            task for task, tagger in taggers.items() if source.entity in tagger.types and source.task in (None, task)
        ]
        used.update(able)
        if not able:
            known = sorted({name for tagger in taggers.values() for name in tagger.types})
            found = f"they find: {', '.join(known)}" if known else "there is none"
            mistakes.append(f"{where}.entity: no model finds {source.entity!r} ({found})")
        elif len(able) > 1:
            mistakes.append(f"{where}: {' and '.join(able)} both find {source.entity}; name one as `task`")
    if not mistakes and (idle := [name for name in (*taggers, *classifiers) if name not in used]):
        mistakes.append(f"no field uses the model of {', '.join(idle)}")
    if mistakes:
        raise StudyError(
            "the models cannot fill the fields:\n" + "\n".join(f"  - {line}" for line in mistakes),
            where="--models",
            fix="name the folders RUN/models/TASK-MODEL-SETTING that fill them, one for each task",
        )


def _named(models: Mapping[str, object]) -> str:
    return f"there are: {', '.join(models)}" if models else "there is none"
