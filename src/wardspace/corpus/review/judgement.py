"""What a person said of one note's redactions: places, types and verdicts, never a word of the note."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wardspace.config.corpus.deidentify import IdentifierType
from wardspace.core.errors import CorpusError
from wardspace.corpus.deidentify import Finding

Verdict = Literal["accepted", "corrected", "rejected", "missed", "unjudged"]
"""Of a redaction: right, right with other bounds or another type, a false alarm, not yet looked at; or one that was
missed."""


class Place(BaseModel):
    """A stretch of the note as it was read, and what is there."""

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


class AnsweredSpan(BaseModel):
    """One redaction as the page has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    verdict: Verdict
    """What is said of it."""
    found: int | None = None
    """Number of the finding among those of the note; null for one that was missed."""
    start: int
    """First character (Unicode code point)."""
    end: int
    """The character after the last."""
    type: IdentifierType
    """Kind of identifier."""


class Answer(BaseModel):
    """What the page says of a note: every finding once, and what was missed."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    done: bool
    """Whether the note was seen whole; what was not judged then counts as accepted."""
    spans: tuple[AnsweredSpan, ...] = Field(max_length=20_000)
    """The redactions."""


def judged_spans(text: str, findings: Sequence[Finding], answer: Answer) -> tuple[JudgedSpan, ...]:
    """Check an answer against its note.

    Raises
    ------
    CorpusError
        If the answer leaves a finding out, or names a place that is not in the note, holds no letter or digit, or
        overlaps another.
    """
    numbers = [span.found for span in answer.spans if span.found is not None]
    if sorted(numbers) != list(range(len(findings))):
        raise CorpusError("the answer does not name every redaction once", fix="reload the page")
    hidden = _hidden(len(text), findings)
    spans = [_judged(text, hidden, findings, span, done=answer.done) for span in answer.spans]
    spans.sort(key=lambda span: (span.start, span.end))
    stays = [span for span in spans if span.verdict != "rejected"]
    if any(first.overlaps(second) for first, second in pairwise(stays)):
        raise CorpusError(
            "two redactions overlap", fix="change the bounds of the one that is there, or reject it first"
        )
    return tuple(spans)


def _judged(text: str, hidden: bytearray, findings: Sequence[Finding], said: AnsweredSpan, *, done: bool) -> JudgedSpan:
    verdict: Verdict = "accepted" if done and said.verdict == "unjudged" else said.verdict
    if (said.found is None) != (verdict == "missed"):
        raise CorpusError("only what was missed has no redaction", fix="reload the page")
    finding = None if said.found is None else findings[said.found]
    detectors = () if finding is None else (finding.detector, *finding.also)
    if finding is not None and verdict != "corrected":
        return JudgedSpan(**_place(finding).model_dump(), verdict=verdict, detectors=detectors)
    place = _checked(text, said)
    found = None if finding is None else _place(finding)
    if found is not None and found.place == place.place:
        return JudgedSpan(**place.model_dump(), verdict="accepted", detectors=detectors)
    if found is not None and not found.overlaps(place):
        raise CorpusError("these bounds are elsewhere", fix="reject the redaction, and mark the other place as missed")
    left = sum(
        character.isalnum() and not hidden[place.start + i] for i, character in enumerate(text[place.start : place.end])
    )
    return JudgedSpan(**place.model_dump(), verdict=verdict, found=found, detectors=detectors, open=left)


def _checked(text: str, said: AnsweredSpan) -> Place:
    if not 0 <= said.start < said.end <= len(text):
        raise CorpusError("this place is not in the note", fix="reload the page")
    if not any(map(str.isalnum, text[said.start : said.end])):
        raise CorpusError("nothing here could identify anybody: no letter and no digit", fix="select a word")
    return Place(start=said.start, end=said.end, type=said.type)


def _hidden(length: int, findings: Sequence[Finding]) -> bytearray:
    """For each character whether the detectors hide it."""
    hidden = bytearray(length)
    for finding in findings:
        hidden[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    return hidden


def _place(finding: Finding) -> Place:
    return Place.model_validate({"start": finding.start, "end": finding.end, "type": finding.type})


def carried_over(text: str, findings: Sequence[Finding], identifiers: Sequence[JudgedSpan]) -> Answer:
    """What was said of other detectors' redactions of the same note, said of these.

    The note is not done then: somebody has to look at it again.
    """
    left = {(span.start, span.end): span for span in identifiers}
    spans: list[AnsweredSpan] = []
    for number, finding in enumerate(findings):
        same = left.pop((finding.start, finding.end), None)
        meant = same or next((span for span in left.values() if _place(finding).overlaps(span)), None)
        if meant is None:
            place = _place(finding).model_dump()
            spans.append(AnsweredSpan(verdict="rejected", found=number, **place))
            continue
        left.pop((meant.start, meant.end), None)
        place = {"start": meant.start, "end": meant.end, "type": meant.type}
        verdict: Verdict = "accepted" if same and same.type == finding.type else "corrected"
        spans.append(AnsweredSpan(verdict=verdict, found=number, **place))
    spans += [AnsweredSpan(verdict="missed", start=span.start, end=span.end, type=span.type) for span in left.values()]
    return Answer(done=False, spans=tuple(spans))
