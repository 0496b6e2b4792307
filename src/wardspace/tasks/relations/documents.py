"""What a note mentions and what is related in it, read from columns of records."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from wardspace.config import RelationsConfig
from wardspace.tasks.entities.mentions import Mention, whole_mentions

Record = Mapping[str, Any]
Level = Literal["concepts", "mentions"]
"""Whether relations are between concepts, and hold for a whole note, or between two places in it."""
UNLINKED = ("", "-", "-1")
"""What corpora write in place of a concept that no ontology has."""
_WORD = re.compile(r"\w+")


class Argument(NamedTuple):
    """What may be related: a concept with all its mentions in a note, or one mention by itself."""

    type: str
    """That of its first mention."""
    mentions: tuple[int, ...]
    """Their places among the mentions of the note."""
    concept: str | None = None


class Document(NamedTuple):
    """What a note mentions."""

    mentions: list[Mention]
    """In the order of the text, of those that begin together the longest first."""
    arguments: list[Argument]
    """In the order of their first mentions; relations name them by their places."""
    words: list[tuple[int, int]]
    """Number of each mention's first word in the text, and that of the word after its last."""

    def words_between(self, one: int, other: int) -> int:
        """Words between two mentions; 0 where they touch or overlap."""
        first, second = self.words[one], self.words[other]
        return max(0, second[0] - first[1], first[0] - second[1])


class Relation(NamedTuple):
    """Two arguments of a note and how they are related."""

    head: int
    """Place of an argument."""
    tail: int
    type: str


class Related(NamedTuple):
    """A note as it is annotated."""

    document: Document
    relations: list[Relation]
    """Each once; of a relation without direction, the type of the head is the first by name."""
    faults: Counter[str]
    """Relations that were left out, by what is wrong with them."""


MISSING = "name an entity that is not there"
ITSELF = "are of something to itself"
UNTYPED = "have no type"


def document_of(text: str, mentions: Iterable[Mention], level: Level) -> Document:
    """What a note mentions, of mentions whose concepts nobody knows.

    Between concepts, mentions of one type with the same words (in any case) are taken for mentions of one concept.
    """
    own = sorted(set(mentions), key=lambda one: (one.start, -one.end, one.type))
    named: dict[tuple[str, str] | int, list[int]] = {}
    for place, one in enumerate(own):
        words = (one.type, " ".join(text[one.start : one.end].split()).casefold())
        named.setdefault(words if level == "concepts" else place, []).append(place)
    arguments = [Argument(own[places[0]].type, tuple(places)) for places in named.values()]
    return Document(own, arguments, _words_of(text, own))


def level_of(fields: Iterable[str]) -> Level | None:
    """What relations with these fields are between; None where they do not say."""
    names = set(fields)
    if {"head_start", "head_end", "tail_start", "tail_end"} <= names:
        return "mentions"
    return "concepts" if {"head", "tail"} <= names else None


def read_related(
    text: str, spans: Sequence[Record] | None, records: Sequence[Record] | None, level: Level, task: RelationsConfig
) -> Related:
    """Read the mentions and the relations of a note.

    Parameters
    ----------
    text : str
        The note.
    spans : sequence of mapping, optional
        Its mentions, as the corpus holds them.
    records : sequence of mapping, optional
        Its relations.
    level : {"concepts", "mentions"}
        What they are between.
    task : RelationsConfig
        Names of the fields.
    """
    found = records or ()
    marked = _named(found) if task.spans is None else _marked(spans, task.type)
    mentions = [mention for mention, _ in marked]
    arguments = _concepts(marked, task) if level == "concepts" else _singles(mentions)
    document = Document(mentions, arguments, _words_of(text, mentions))
    ends = _by_concept(arguments) if level == "concepts" else _by_place(marked)
    relations: dict[Relation, None] = {}
    faults: Counter[str] = Counter()
    for record in found:
        kind = "related" if task.relation_type is None else record.get(task.relation_type)
        if kind is not None and task.types is not None and kind not in task.types:
            continue
        head, tail = (ends.get(key) for key in _keys(record, level, ends))
        if kind is None or head is None or tail is None or head == tail:
            faults[UNTYPED if kind is None else MISSING if head is None or tail is None else ITSELF] += 1
            continue
        relations[Relation(*ordered(document, head, tail, directed=task.directed), str(kind))] = None
    return Related(document, sorted(relations), faults)


def ordered(document: Document, head: int, tail: int, *, directed: bool) -> tuple[int, int]:
    """Two arguments as they are, or without direction by type and place."""
    swapped = (document.arguments[tail].type, tail) < (document.arguments[head].type, head)
    return (tail, head) if swapped and not directed else (head, tail)


Marked = Sequence[tuple[Mention, list[Record]]]
"""Mentions in the order of the text with their records."""


def _marked(spans: Sequence[Record] | None, type_field: str | None) -> Marked:
    """Mentions of a column of spans, each once, with the records of all that are marked in one place."""
    found: dict[Mention, list[Record]] = {}
    for mention, parts in whole_mentions(spans, type_field):
        found.setdefault(mention, []).extend(parts)
    return sorted(found.items(), key=lambda one: (one[0].start, -one[0].end, one[0].type))


def _named(records: Iterable[Record]) -> Marked:
    """The places that relations name, all of one type."""
    places = {
        (record[f"{side}_start"], record[f"{side}_end"])
        for record in records
        for side in ("head", "tail")
        if record.get(f"{side}_start") is not None
    }
    return [(Mention(start, end, "entity"), []) for start, end in sorted(places, key=lambda one: (one[0], -one[1]))]


def _concepts(marked: Marked, task: RelationsConfig) -> list[Argument]:
    own: dict[str, list[int]] = {}
    signs = re.compile(f"[{re.escape(task.separators)}]") if task.separators else None
    for place, (_, parts) in enumerate(marked):
        written = dict.fromkeys(str(part.get(task.concept) or "") for part in parts)
        each = (one.strip() for whole in written for one in (signs.split(whole) if signs else [whole]))
        for concept in dict.fromkeys(each):
            if concept not in UNLINKED:
                own.setdefault(concept, []).append(place)
    return [Argument(marked[places[0]][0].type, tuple(places), concept) for concept, places in own.items()]


def _singles(mentions: Sequence[Mention]) -> list[Argument]:
    return [Argument(mention.type, (place,)) for place, mention in enumerate(mentions)]


def _words_of(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    words = list(_WORD.finditer(text))
    starts, ends = [one.start() for one in words], [one.end() for one in words]
    first = [bisect_right(ends, one.start) for one in mentions]
    return [(place, max(place, bisect_left(starts, one.end))) for place, one in zip(first, mentions, strict=True)]


Key = tuple[str, Any] | tuple[int, int]


def _by_concept(arguments: Sequence[Argument]) -> dict[Key, int]:
    return {("concept", one.concept): place for place, one in enumerate(arguments)}


def _by_place(marked: Marked) -> dict[Key, int]:
    """Arguments by their places, and by the ids of their mentions, where these have any."""
    found: dict[Key, int] = {}
    for place, (mention, parts) in enumerate(marked):
        found.setdefault((mention.start, mention.end), place)
        found |= {("id", str(part["id"])): place for part in parts if part.get("id") is not None}
    return found


def _keys(record: Record, level: Level, ends: Mapping[Key, int]) -> list[Key]:
    """What the head and the tail of a relation are known by."""
    if level == "concepts":
        return [("concept", str(record[side]).strip()) for side in ("head", "tail")]
    keys: list[Key] = []
    for side in ("head", "tail"):
        by_id: Key = ("id", str(record.get(f"{side}_id")))
        keys.append(by_id if by_id in ends else (record[f"{side}_start"], record[f"{side}_end"]))
    return keys
