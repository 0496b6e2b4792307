"""What a person said of one note's redactions: places, types and verdicts, never a word of the note."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wardspace.config.corpus import IdentifierType

Verdict = Literal["accepted", "corrected", "rejected", "missed", "unjudged"]
"""Of a redaction: right, right with other bounds or another type, a false alarm, not yet looked at; or one that was
missed."""


class Place(BaseModel):
    """A stretch of the note as it was read, and what stands there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    start: int = Field(ge=0)
    """First character (Unicode code point)."""
    end: int = Field(ge=1)
    """The character after the last."""
    type: IdentifierType
    """Kind of identifier."""

    def overlaps(self, other: Place) -> bool:
        """Whether both hold a character in common."""
        return self.start < other.end and other.start < self.end

    @property
    def place(self) -> tuple[int, int, str]:
        """Start, end and type."""
        return self.start, self.end, self.type


class JudgedSpan(Place):
    """One redaction and what was said of it."""

    verdict: Verdict
    found: Place | None = None
    """What the detectors marked, where it was corrected."""
    detectors: tuple[str, ...] = ()
    """Who marked it; nobody where it was missed."""
    open: int = Field(0, ge=0)
    """Letters and digits of it outside everything the detectors marked: what could be read."""

    @property
    def is_identifier(self) -> bool:
        """Whether the person says that it identifies somebody."""
        return self.verdict in ("accepted", "corrected", "missed")

    @property
    def marked(self) -> Place | None:
        """What the detectors marked."""
        return None if self.verdict == "missed" else self.found or self


class Judgement(BaseModel):
    """Everything said of one note at one time; a line of `review.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    version: Literal[1] = 1
    """Version of this schema."""
    note_id: str
    """The note."""
    text: str
    """SHA-256 of the note as it was read, so that what was said of other words is not taken for these."""
    settings: str
    """Digest of the detectors whose redactions were shown."""
    time: str
    """When it was said, UTC, ISO 8601."""
    done: bool
    """Whether the person has seen the whole note."""
    spans: tuple[JudgedSpan, ...]
    """Every redaction that was shown, and everything that was missed."""

    @property
    def identifiers(self) -> tuple[JudgedSpan, ...]:
        """What identifies somebody, in the order of the text."""
        return tuple(sorted((span for span in self.spans if span.is_identifier), key=lambda span: span.start))


def text_digest(text: str) -> str:
    """SHA-256 of a note as it was read, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
