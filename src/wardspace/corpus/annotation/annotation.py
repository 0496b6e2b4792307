"""What a person said of one note: spans with types, or a label, and never a word of the note."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from wardspace.config import AnnotatedConfig
from wardspace.core.errors import CorpusError

AnswerKind = Literal["spans", "label"]
"""What is asked of a note."""


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class MarkedSpan(_Line):
    """A stretch of the note and what is there."""

    start: int = Field(ge=0)
    """First character (Unicode code point)."""
    end: int = Field(ge=1)
    """The character after the last."""
    type: str
    """One of the types of the column."""

    @property
    def place(self) -> tuple[int, int, str]:
        """Start, end and type."""
        return self.start, self.end, self.type

    def overlaps(self, other: MarkedSpan) -> bool:
        """Whether both hold a character in common."""
        return self.start < other.end and other.start < self.end


class SuggestedSpan(MarkedSpan):
    """A span that a model found."""

    confidence: float = Field(ge=0, le=1)
    """How likely it is right."""


class SuggestedLabel(_Line):
    """A label that a model found."""

    type: str
    """The likeliest label."""
    confidence: float = Field(ge=0, le=1)
    """Its probability."""


Value: TypeAlias = tuple[MarkedSpan, ...] | str
"""Spans in the order of the text, or a label."""
Suggestion: TypeAlias = tuple[SuggestedSpan, ...] | SuggestedLabel
"""What a model found in a note."""


class Annotation(_Line):
    """Everything that one person said of one note at one time; a line of `annotations/ANNOTATOR.jsonl`."""

    version: Literal[1] = 1
    """Version of this schema."""
    note_id: str
    """The note."""
    text: str
    """SHA-256 of its text, so that what was said of other words is not taken for these."""
    column: str
    """The column that is annotated."""
    kind: AnswerKind
    """What the column holds."""
    annotator: str
    """Who said it."""
    time: str
    """When, UTC, ISO 8601."""
    seconds: float = Field(ge=0)
    """How long the note was looked at."""
    value: Value | None
    """What was said; null for a note that was skipped."""
    shown: Suggestion | None = None
    """What a model had found, where that was shown."""


def checked_value(text: str, column: AnnotatedConfig, value: Value) -> Value:
    """Check what is said against its note.

    Parameters
    ----------
    text : str
        The note.
    column : AnnotatedConfig
        What may be said.
    value : tuple of MarkedSpan or str
        What is said.

    Returns
    -------
    tuple of MarkedSpan or str
        Spans in the order of the text.

    Raises
    ------
    CorpusError
        If it is of another kind or type, or a span lies outside the note, holds blanks alone, or overlaps another.
    """
    if isinstance(value, str) != (column.kind == "label"):
        raise CorpusError("this answers another question", fix="reload the page")
    if isinstance(value, str):
        _known(value, column.types)
        return value
    spans = tuple(sorted(value, key=lambda span: span.place))
    for span in spans:
        _known(span.type, column.types)
        if not span.start < span.end <= len(text):
            raise CorpusError("this place is not in the note", fix="reload the page")
        if not text[span.start : span.end].strip():
            raise CorpusError("a span of nothing but blanks", fix="select a word")
    if any(first.overlaps(second) for first, second in pairwise(spans)):
        raise CorpusError("two spans overlap", fix="change the borders of one of them, or remove it")
    return spans


def _known(name: str, types: Sequence[str]) -> None:
    if name not in types:
        raise CorpusError("there is no such type", fix="reload the page")
