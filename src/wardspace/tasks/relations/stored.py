"""Relations as they are stored: columns of right and of predicted ones, one row a note."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from wardspace.tasks.predictions import NAME
from wardspace.tasks.relations.documents import Document, Relation


class ScoredRelation(NamedTuple):
    """A relation that was predicted."""

    head: int
    """Place of an argument of the note."""
    tail: int
    type: str
    confidence: float
    """Probability that both are related, and by this type."""


_ENDS = [(name, pa.int32()) for name in ("head_start", "head_end", "tail_start", "tail_end")]
_FIELDS = [("head", pa.int32()), ("tail", pa.int32()), ("type", pa.int32()), *_ENDS]
TRUE_RELATIONS = pa.list_(pa.struct(_FIELDS))
"""Arrow type of what is right of a note: places of two of its arguments (concepts or mentions, in the order of the
text), the number of the type, and where the first mentions of both are."""
PREDICTED_RELATIONS = pa.list_(pa.struct([*_FIELDS, ("confidence", pa.float32())]))
"""Arrow type of what was predicted of a note."""
_WHO = (pa.field("note_id", NAME, nullable=False), pa.field("group", NAME, nullable=False))
TRUTH = pa.schema([*_WHO, pa.field("truth", TRUE_RELATIONS, nullable=False)])
"""Columns that say what is right of a note."""
PREDICTED = pa.schema([_WHO[0], pa.field("predicted", PREDICTED_RELATIONS, nullable=False)])
"""Columns of what is predicted of a note."""


def relation_column(
    relations: Iterable[Sequence[Relation | ScoredRelation]],
    documents: Iterable[Document],
    types: Sequence[str],
    kind: pa.DataType,
) -> pa.Array:
    """Relations of notes as a column; types as their places in `types`."""
    place = {name: number for number, name in enumerate(types)}
    return pa.array(
        [
            [{**one._asdict(), "type": place[one.type], **_places(document, one)} for one in own]
            for own, document in zip(relations, documents, strict=True)
        ],
        kind,
    )


def _places(document: Document, relation: Relation | ScoredRelation) -> dict[str, int]:
    found: dict[str, int] = {}
    for side, argument in (("head", relation.head), ("tail", relation.tail)):
        mention = document.mentions[document.arguments[argument].mentions[0]]
        found |= {f"{side}_start": mention.start, f"{side}_end": mention.end}
    return found
