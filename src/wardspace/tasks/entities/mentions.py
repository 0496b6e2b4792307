"""Mentions of entities in a note: read from a column of spans, and written as predictions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from wardspace.tasks.predictions import NAME


class Mention(NamedTuple):
    """A stretch of a text with the type of what it names."""

    start: int
    """Its first character."""
    end: int
    """The character after its last."""
    type: str
    """Such as `Disease`."""


class ScoredMention(NamedTuple):
    """A mention that was predicted."""

    start: int
    end: int
    type: str
    confidence: float
    """Probability that its borders and its type are right."""


@dataclass(frozen=True)
class MentionCounts:
    """What is unusual about the mentions of some notes.

    Attributes
    ----------
    mentions : int
        All of them.
    discontinuous : int
        Those in several stretches; each counts from its first character to its last.
    nested, overlapping : int
        Those that lie within another one, and those that share a part with another one.
    twice : int
        Records left out because another one has the same borders and type.
    """

    mentions: int = 0
    discontinuous: int = 0
    nested: int = 0
    overlapping: int = 0
    twice: int = 0

    def __add__(self, other: MentionCounts) -> MentionCounts:
        """Counts of both."""
        return MentionCounts(*(one + two for one, two in zip(vars(self).values(), vars(other).values(), strict=True)))


def read_mentions(
    spans: Sequence[Mapping[str, Any]] | None, type_field: str | None, types: Iterable[str] | None = None
) -> tuple[list[Mention], MentionCounts]:
    """The mentions of a note, in the order of the text.

    Records of one `id` with different `part` are stretches of one mention, which then reaches from the first character
    of the first to the last one of the last: a tagger of tokens can find no gap.

    Parameters
    ----------
    spans : sequence of mapping or None
        Records with `start` and `end`, as a corpus holds them.
    type_field : str or None
        The field with the type; None where all mentions are of one type, which is then called `entity`.
    types : iterable of str, optional
        Types to read; by default all.

    Examples
    --------
    >>> read_mentions([{"start": 4, "end": 9, "type": "Drug"}], "type")[0]
    [Mention(start=4, end=9, type='Drug')]
    """
    stretches = whole_mentions(spans, type_field, types)
    found = [mention for mention, _ in stretches]
    unique = sorted(dict.fromkeys(found), key=lambda one: (one.start, -one.end, one.type))
    nested, overlapping = _shared(unique)
    counts = MentionCounts(
        len(unique), sum(len(parts) > 1 for _, parts in stretches), nested, overlapping, len(found) - len(unique)
    )
    return unique, counts


Record = Mapping[str, Any]
"""A marked span, as a corpus holds it."""


def whole_mentions(
    spans: Sequence[Record] | None, type_field: str | None, types: Iterable[str] | None = None
) -> list[tuple[Mention, list[Record]]]:
    """The mentions of a note, in the order in which they are stored, each with the records of its stretches."""
    wanted = None if types is None else set(types)
    stretches: dict[Any, list[Record]] = defaultdict(list)
    for number, span in enumerate(spans or ()):
        kind = "entity" if type_field is None else span.get(type_field)
        if kind is None or (wanted is not None and kind not in wanted):
            continue
        whole = ("id", span["id"]) if span.get("id") is not None and span.get("part") is not None else number
        stretches[whole].append(span)
    return [
        (
            Mention(
                min(part["start"] for part in parts),
                max(part["end"] for part in parts),
                "entity" if type_field is None else str(parts[0][type_field]),
            ),
            parts,
        )
        for parts in stretches.values()
    ]


def _shared(mentions: Sequence[Mention]) -> tuple[int, int]:
    """How many lie within another one, and how many share a part with another one without lying within it."""
    nested, crossing = set(), set()
    for place, one in enumerate(mentions):  # sorted by their beginnings, the longest first
        for other_place in range(place + 1, len(mentions)):
            other = mentions[other_place]
            if other.start >= one.end:
                break
            if other.end <= one.end:
                nested.add(other_place)
            else:
                crossing |= {place, other_place}
    return len(nested), len(crossing)


def without_overlap(mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions that a tagger can learn: of those that share a character the longest, of equals the first.

    Examples
    --------
    >>> without_overlap([Mention(0, 4, "A"), Mention(0, 9, "B"), Mention(9, 12, "A")])
    [Mention(start=0, end=9, type='B'), Mention(start=9, end=12, type='A')]
    """
    kept: list[Mention] = []
    for one in sorted(mentions, key=lambda each: (each.start - each.end, each.start, each.type)):
        if all(one.end <= other.start or other.end <= one.start for other in kept):
            kept.append(one)
    return sorted(kept)


_BORDERS = [("start", pa.int32()), ("end", pa.int32()), ("type", pa.int32())]
TRUE_MENTIONS = pa.list_(pa.struct(_BORDERS))
"""Arrow type of what is right of a note: its mentions, their types by number."""
PREDICTED_MENTIONS = pa.list_(pa.struct([*_BORDERS, ("confidence", pa.float32())]))
"""Arrow type of what was predicted of a note."""
_WHO = (pa.field("note_id", NAME, nullable=False), pa.field("group", NAME, nullable=False))
TRUTH = pa.schema([*_WHO, pa.field("truth", TRUE_MENTIONS, nullable=False)])
"""Columns that say what is right of a note."""
PREDICTED = pa.schema([_WHO[0], pa.field("predicted", PREDICTED_MENTIONS, nullable=False)])
"""Columns of what is predicted of a note."""


def mention_column(
    mentions: Iterable[Iterable[Mention | ScoredMention]], types: Sequence[str], kind: pa.DataType
) -> pa.Array:
    """Mentions of notes as a column; types as their places in `types`."""
    place = {name: number for number, name in enumerate(types)}
    return pa.array([[{**one._asdict(), "type": place[one.type]} for one in each] for each in mentions], kind)
