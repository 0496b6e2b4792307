"""Notes that a person annotates one after the other, and what was said of them so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict, Field

from wardspace.config import AnnotatedConfig
from wardspace.corpus.annotation.annotation import Annotation, MarkedSpan, Suggestion, Value, checked_value
from wardspace.corpus.corpus import Corpus
from wardspace.corpus.journal import Journal
from wardspace.corpus.review.judgement import text_digest

State = Literal["open", "done", "skipped"]
"""Of a note."""


class SessionNote(NamedTuple):
    """A note to annotate."""

    note_id: str
    text: str


class Answer(BaseModel):
    """What the page says of a note."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    value: tuple[MarkedSpan, ...] | str | None
    """Spans or a label; null for a note that is skipped."""
    seconds: float = Field(ge=0)
    """How long it was looked at."""


class Suggest(Protocol):
    """What finds something in a note before a person looks at it."""

    def suggestion(self, note: SessionNote) -> Suggestion | None:
        """What it finds; None where it cannot say anything."""
        ...

    def learn(self, note: SessionNote, value: Value | None) -> None:
        """Take into account what a person said of a note."""
        ...


@dataclass(frozen=True)
class Asked:
    """What is asked of each note.

    Attributes
    ----------
    column : str
        The column that is annotated.
    config : AnnotatedConfig
        What it may hold.
    annotator : str
        Who is asked.
    """

    column: str
    config: AnnotatedConfig
    annotator: str


class Session:
    """One annotator's work on some notes; it knows nothing of what others said of them, unless it adjudicates.

    Parameters
    ----------
    asked : Asked
        What is asked, and who.
    notes : sequence of SessionNote
        In the order in which they are shown.
    file : Journal of Annotation
        The annotator's earlier work; new annotations are added.
    suggest : Suggest, optional
        Finds something in each note first.
    sides : mapping of str to sequence of (tuple of MarkedSpan or str), optional
        By note, the answers between which the annotator decides.
    """

    def __init__(
        self,
        asked: Asked,
        notes: Sequence[SessionNote],
        file: Journal[Annotation],
        suggest: Suggest | None = None,
        sides: Mapping[str, Sequence[Value]] | None = None,
    ) -> None:
        self.asked, self.notes = asked, list(notes)
        self.sides = dict(sides or {})
        self._file, self._suggest = file, suggest
        self._digests = [text_digest(note.text) for note in self.notes]
        last = {line.note_id: line for line in file.lines if _answers(line, asked)}
        found = [last.get(note.note_id) for note in self.notes]
        self._said = [
            line if line and line.text == text else None for line, text in zip(found, self._digests, strict=True)
        ]

    @property
    def states(self) -> list[State]:
        """Of each note."""
        return ["open" if said is None else "skipped" if said.value is None else "done" for said in self._said]

    def answer(self, number: int) -> Value | None:
        """What the annotator said last of a note."""
        said = self._said[number]
        return said.value if said else None

    def suggestion(self, number: int) -> Suggestion | None:
        """What was found in a note before."""
        return self._suggest.suggestion(self.notes[number]) if self._suggest else None

    def annotate(self, number: int, answer: Answer) -> None:
        """Keep what is said of a note.

        Raises
        ------
        CorpusError
            If it does not fit the note; nothing is kept then.
        """
        note, asked = self.notes[number], self.asked
        value = None if answer.value is None else checked_value(note.text, asked.config, answer.value)
        said = Annotation(
            note_id=note.note_id,
            text=self._digests[number],
            column=asked.column,
            kind=asked.config.kind,
            annotator=asked.annotator,
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            seconds=round(answer.seconds, 1),
            value=value,
            shown=self.suggestion(number),
        )
        self._file.add(said)
        self._said[number] = said
        if self._suggest:
            self._suggest.learn(note, value)


def _answers(line: Annotation, asked: Asked) -> bool:
    return (line.column, line.kind) == (asked.column, asked.config.kind)


def session_notes(corpus: Corpus, note_ids: Sequence[str]) -> list[SessionNote]:
    """Notes of a corpus in the order of their ids here; those that are gone are not among them."""
    wanted = set(note_ids)
    read = (batch.to_pylist() for batch in corpus.batches(["note_id", "text"]))
    texts = {row["note_id"]: row["text"] for rows in read for row in rows if row["note_id"] in wanted}
    return [SessionNote(note_id, texts[note_id]) for note_id in note_ids if note_id in texts]
