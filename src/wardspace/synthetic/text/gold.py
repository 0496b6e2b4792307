"""What is known of a note because it was made: spans in characters of its text, and their Arrow types.

Every field that holds an offset is named ``start`` or ``end``, or ends in ``_start`` or ``_end``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

import pyarrow as pa

IDENTIFIER_KINDS = ("name", "clinician", "mrn", "nhs_number", "phone", "address", "email", "date", "hospital")
"""Kinds of identifiers."""

FOLLOWUP_KINDS = ("appointment", "lab", "procedure", "medication", "imaging", "patient instructions", "other")
"""Kinds of follow-up, as in CLIP (Mullenbach et al., ACL 2021)."""

RELATION_KINDS = ("has_phenotype", "treats")
"""A disease has a phenotype; a drug treats a condition."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A span that identifies a person or a place."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Phenotype:
    """A span that names a phenotype, and what the note says of it.

    Whether it is denied, whose it is (`patient` or `family`), whether it is of the past, and whether it is only
    something that may come; see `wardspace.tasks.assertions`.
    """

    start: int
    end: int
    hpo_id: str
    negated: bool
    experiencer: str
    historical: bool = False
    hypothetical: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Two spans and what their sentence says of them (what other sentences imply is not marked)."""

    kind: str
    head_start: int
    head_end: int
    tail_start: int
    tail_end: int
    head_id: str
    tail_id: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A sentence that asks for something after this note."""

    start: int
    end: int
    kind: str


Span = TypeVar("Span", Identifier, Phenotype, Relation, FollowUp)


def is_offset(name: str) -> bool:
    """Whether a field of a span holds an offset into the text."""
    return name in ("start", "end") or name.endswith(("_start", "_end"))


def moved(span: Span, by: int) -> Span:
    """The same span in a text in front of which `by` characters were put."""
    if not by:
        return span
    return replace(span, **{name: getattr(span, name) + by for name in _NAMES[type(span)] if is_offset(name)})


def _record(span: Identifier | Phenotype | Relation | FollowUp) -> dict[str, Any]:
    return {name: getattr(span, name) for name in _NAMES[type(span)]}


_NAMES = {kind: tuple(part.name for part in fields(kind)) for kind in (Identifier, Phenotype, Relation, FollowUp)}


@dataclass(slots=True)
class Fragment:
    """A piece of text with its spans."""

    text: str = ""
    identifiers: list[Identifier] = field(default_factory=list)
    phenotypes: list[Phenotype] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    followups: list[FollowUp] = field(default_factory=list)

    def take(self, other: Fragment) -> None:
        """Append another fragment; its spans move with it."""
        by = len(self.text)
        self.text += other.text
        self.identifiers += [moved(span, by) for span in other.identifiers]
        self.phenotypes += [moved(span, by) for span in other.phenotypes]
        self.relations += [moved(span, by) for span in other.relations]
        self.followups += [moved(span, by) for span in other.followups]


def joined(fragments: Iterable[Fragment], gap: str = "\n\n") -> Fragment:
    """Fragments one after the other with `gap` between them; empty ones are passed over."""
    whole = Fragment()
    for fragment in fragments:
        if not fragment.text:
            continue
        if whole.text:
            whole.text += gap
        whole.take(fragment)
    return whole


def records(fragment: Fragment) -> dict[str, list[dict[str, Any]]]:
    """The spans of a fragment by column, as plain values in the order of the text."""
    return {
        "identifiers": [_record(span) for span in fragment.identifiers],
        "phenotypes": [_record(span) for span in fragment.phenotypes],
        "relations": [_record(span) for span in fragment.relations],
        "followups": [_record(span) for span in fragment.followups],
    }


_OFFSETS = [("start", pa.int32()), ("end", pa.int32())]

SPAN_TYPES: dict[str, pa.DataType] = {
    "identifiers": pa.list_(pa.struct([*_OFFSETS, ("kind", pa.string())])),
    "phenotypes": pa.list_(
        pa.struct(
            [
                *_OFFSETS,
                ("hpo_id", pa.string()),
                ("negated", pa.bool_()),
                ("experiencer", pa.string()),
                ("historical", pa.bool_()),
                ("hypothetical", pa.bool_()),
            ]
        )
    ),
    "relations": pa.list_(
        pa.struct(
            [
                ("kind", pa.string()),
                ("head_start", pa.int32()),
                ("head_end", pa.int32()),
                ("tail_start", pa.int32()),
                ("tail_end", pa.int32()),
                ("head_id", pa.string()),
                ("tail_id", pa.string()),
            ]
        )
    ),
    "followups": pa.list_(pa.struct([*_OFFSETS, ("kind", pa.string())])),
}
"""Arrow types of the span columns."""

SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("note_id", "patient_id", "time", "text", "note_type")),
        *((name, pa.string()) for name in ("specialty", "severity", "sex", "age_band")),
        *SPAN_TYPES.items(),
    ]
)
"""Columns of the ward."""
