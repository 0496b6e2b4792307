"""Notes with the mentions that another task has predicted in them, in place of those that are marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.core.errors import WardspaceError
from wardspace.tasks.entities.mentions import Mention
from wardspace.tasks.notes import EvaluatedModel
from wardspace.tasks.predictions import classes_of
from wardspace.tasks.relations.documents import Argument, Document, Level, document_of
from wardspace.tasks.relations.related import Asked, RelatedNotes

Met = Callable[[Asked], Asked]
"""From notes as they are annotated to notes as they are met."""


def as_annotated(asked: Asked) -> Asked:
    """The notes as they are."""
    return asked


@dataclass(frozen=True)
class PredictedMentions:
    """Puts predicted mentions in place of those that are marked.

    Attributes
    ----------
    mentions : mapping
        Mentions by the name of their note.
    level : {"concepts", "mentions"}
        What relations are between.
    """

    mentions: Mapping[str, Sequence[Mention]]
    level: Level

    @classmethod
    def of(cls, predictions: pa.Table, level: Level) -> PredictedMentions:
        """Those of the first run on all labels; fine-tuned models go first, where there are any.

        Parameters
        ----------
        predictions : pyarrow.Table
            What a task of the kind `entities` has stored for one model.

        Raises
        ------
        WardspaceError
            If there is no such run.
        """
        settings = set(predictions["setting"].cast(pa.string()).to_pylist())
        chosen = next((name for name in ("finetune", "head") if name in settings), None)
        if chosen is None:
            raise WardspaceError("the task that is to predict the entities has no setting head or finetune")
        every = predictions.filter(
            pc.and_(pc.equal(predictions["setting"].cast(pa.string()), chosen), pc.is_null(predictions["shots"]))
        )
        own = every.filter(pc.equal(every["seed"], pc.min(every["seed"])))
        types = classes_of(predictions)
        found = {
            row["note_id"]: [Mention(one["start"], one["end"], types[one["type"]]) for one in row["predicted"]]
            for row in own.select(["note_id", "predicted"]).to_pylist()
        }
        return cls(found, level)

    def __call__(self, asked: Asked) -> Asked:
        """The notes with these mentions; arguments that are annotated keep their places."""
        texts = asked.texts.of(asked.rows)
        documents = [
            aligned(text, own, self.mentions.get(str(name), ()), self.level)
            for text, own, name in zip(texts, asked.documents, asked.note_id, strict=True)
        ]
        return asked._replace(documents=documents)


def met_by(model: EvaluatedModel, gold: RelatedNotes) -> Met:
    """Which mentions a model meets in validation and test."""
    task = gold.task.entities
    return as_annotated if task == "gold" else PredictedMentions.of(model.predicted(task), gold.level)


def aligned(text: str, document: Document, mentions: Sequence[Mention], level: Level) -> Document:
    """A note with predicted mentions, its arguments in the places of those that are annotated.

    A predicted mention is of the concepts (or of the mention) of the annotated one of the same type with which it
    shares most characters, the first of equals. One that shares nothing is an argument of its own, behind the others:
    whatever is related to it is wrong. An annotated argument of which no mention was found keeps its place and has
    none: what is related to it is missed.
    """
    found = document_of(text, mentions, level)
    nearest = [_nearest(one, document.mentions) for one in found.mentions]
    arguments = [
        one._replace(mentions=tuple(place for place, near in enumerate(nearest) if near in one.mentions))
        for one in document.arguments
    ]
    for one in found.arguments:
        new = tuple(place for place in one.mentions if nearest[place] is None)
        arguments += [Argument(one.type, new)] if new else []
    return Document(found.mentions, arguments, found.words)


def _nearest(mention: Mention, others: Sequence[Mention]) -> int | None:
    shared = [
        min(mention.end, one.end) - max(mention.start, one.start) if one.type == mention.type else 0 for one in others
    ]
    best = max(range(len(others)), key=lambda place: shared[place], default=None)
    return best if best is not None and shared[best] > 0 else None
