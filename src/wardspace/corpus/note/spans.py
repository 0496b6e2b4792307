"""Marked spans of a note: read, moved with the cleaning, and typed."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from wardspace.corpus.note.clean import Offsets
from wardspace.corpus.note.mending import Mending, Mention, mend

Span = dict[str, Any]

_KINDS = {"bool": pa.bool_(), "int": pa.int64(), "float": pa.float64(), "text": pa.string()}


def read_spans(value: Any) -> list[Span]:
    """The spans of a note, from a list of records or, in text formats, from JSON.

    Raises
    ------
    ValueError
        If it is no list of records with offsets, or with the concepts that they relate (`head` and `tail`).
    """
    if isinstance(value, str):
        value = json.loads(value) if value.strip() else None
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(span, dict) for span in value):
        raise ValueError("not a list of records")
    spans = [_plain(span) for span in value]
    if any(not offset_pairs(span) and not _relates(span) for span in spans):
        raise ValueError("a record without start and end")
    return spans


def _relates(span: Span) -> bool:
    """Whether a record relates concepts, which mentions of the note have: it has no place of its own."""
    return span.get("head") is not None and span.get("tail") is not None


def _plain(span: Span) -> Span:
    """Offsets as integers, whatever their storage; anything nested as JSON text."""
    plain: Span = {}
    for field, value in span.items():
        if _is_offset(field) and isinstance(value, str | float):
            plain[field] = int(value)
            if isinstance(value, float) and value != plain[field]:
                raise ValueError("an offset that is no whole number")
        else:
            plain[field] = json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
    return plain


def _is_offset(field: str) -> bool:
    return field in ("start", "end") or field.endswith(("_start", "_end"))


def offset_pairs(span: Span) -> list[tuple[str, str]]:
    """Names of the fields that mark a stretch of text: `start` and `end`, or `X_start` and `X_end`."""
    starts = (field for field in span if field == "start" or field.endswith("_start"))
    pairs = ((field, field.removesuffix("start") + "end") for field in starts)
    return [
        (start, end)
        for start, end in pairs
        if type(span[start]) is int
        and type(span.get(end)) is int  # a missing second argument of a relation is no stretch
    ]


def mended_spans(text: str, spans: list[Span]) -> tuple[list[Span], Mending | None]:
    """Spans where the words are that they quote in a field `words` or `text`; those that quote none stay.

    Parameters
    ----------
    text : str
        The text that they are of.
    spans : list of dict
        As they were read.

    Returns
    -------
    tuple of list and Mending
        The spans without those that are lost, and what was done; None where none quotes its words.
    """
    quoting = [(i, words) for i, span in enumerate(spans) if (words := _quoted(span))]
    if not quoting:
        return spans, None
    mentions = [Mention(((spans[i]["start"], spans[i]["end"]),), words) for i, words in quoting]
    places, mending = mend(text, mentions)
    moved: dict[int, Span | None] = {
        i: None if place is None else spans[i] | {"start": place[0][0], "end": place[0][1]}
        for (i, _), place in zip(quoting, places, strict=True)
    }
    kept = (moved.get(i, span) for i, span in enumerate(spans))
    return [span for span in kept if span is not None], mending


def _quoted(span: Span) -> str | None:
    if ("start", "end") not in offset_pairs(span):
        return None
    return next(
        (value for name in ("words", "text") if isinstance(value := span.get(name), str) and value.strip()), None
    )


def moved_spans(spans: list[Span], offsets: Offsets, length: int) -> tuple[list[Span], int]:
    """Move spans with their text.

    Parameters
    ----------
    spans : list of dict
        Spans of the text before cleaning.
    offsets : Offsets
        Where its characters went.
    length : int
        Characters of the text before cleaning.

    Returns
    -------
    tuple of list and int
        Spans of the cleaned text, and how many are gone: outside the text, or their words were deleted.
    """
    kept = []
    for span in spans:
        moved: Span | None = dict(span)
        for start, end in offset_pairs(span):
            inside = 0 <= span[start] < span[end] <= length
            place = offsets.span(span[start], span[end]) if inside else None
            if place is None or moved is None:
                moved = None
                break
            moved[start], moved[end] = place
        if moved is not None:
            kept.append(moved)
    return kept, len(spans) - len(kept)


class SpanTypes:
    """Learns the Arrow type of a column of spans from the records as they come."""

    def __init__(self) -> None:
        self._fields: dict[str, str] = {"start": "int", "end": "int"}
        self._seen = False

    def see(self, spans: list[Span]) -> None:
        """Take these spans into account."""
        if spans and not self._seen:
            self._fields, self._seen = {}, True
        for span in spans:
            for field, value in span.items():
                if value is not None:
                    self._fields[field] = _wider(self._fields.get(field), _kind(value))
                else:
                    self._fields.setdefault(field, "null")

    def merge(self, other: SpanTypes) -> None:
        """Take into account what another has learned of other records."""
        if not other._seen:
            return
        if not self._seen:
            self._fields, self._seen = {}, True
        for field, kind in other._fields.items():
            if kind == "null":
                self._fields.setdefault(field, kind)
            else:
                self._fields[field] = _wider(self._fields.get(field), kind)

    def state(self) -> dict[str, Any]:
        """What it has learned, as plain values."""
        return {"fields": self._fields, "seen": self._seen}

    @classmethod
    def of(cls, state: dict[str, Any]) -> SpanTypes:
        """One that has learned what another had when it told its `state`."""
        types = cls()
        types._fields, types._seen = dict(state["fields"]), bool(state["seen"])
        return types

    @property
    def type(self) -> pa.DataType:
        """A list of records of all the fields met."""
        return pa.list_(pa.struct([(field, _KINDS.get(kind, pa.string())) for field, kind in self._fields.items()]))

    def array(self, values: list[str | None]) -> pa.Array:
        """Spans kept as JSON, as an array of `type`."""
        texts = {field for field, kind in self._fields.items() if kind == "text"}
        parsed = [json.loads(value) if value else [] for value in values]
        for span in (span for spans in parsed for span in spans):
            for field in texts & span.keys():
                if span[field] is not None and not isinstance(span[field], str):
                    span[field] = json.dumps(span[field])
        return pa.array(parsed, self.type)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if abs(value) < 2**63 else "text"
    return "float" if isinstance(value, float) else "text"


def _wider(known: str | None, kind: str) -> str:
    if known in (None, "null", kind):
        return kind
    return "float" if {known, kind} == {"int", "float"} else "text"
