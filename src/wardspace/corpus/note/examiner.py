"""From a row of a source to a note, or to the fault that keeps it from being one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.core.files import digest
from wardspace.corpus.deidentify import Deidentifier
from wardspace.corpus.deidentify.counts import Mark, marks
from wardspace.corpus.note.clean import Cleaned, Cleaner, Offsets
from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note, Original, Unusable
from wardspace.corpus.note.other_texts import with_texts_changed
from wardspace.corpus.note.spans import Span, SpanTypes, mended_spans, moved_spans, read_spans
from wardspace.corpus.prepare.rejects import (
    EMPTY,
    MALFORMED_SPANS,
    NO_ID,
    NOTHING_LEFT,
    NUL,
    TOO_LONG,
    Fault,
    missing_text,
    undecodable,
)
from wardspace.corpus.readers import Row
from wardspace.corpus.schema import Roles
from wardspace.corpus.split.split import UNKNOWN_SPLIT, known_split
from wardspace.corpus.values.canonical import canonical
from wardspace.corpus.values.values import Reading, Values

if TYPE_CHECKING:
    from wardspace.corpus.review.corrections import Corrections


class Examiner:
    """Checks and cleans rows one by one.

    Parameters
    ----------
    roles : Roles
        Which column plays which role.
    cleaner : Cleaner
        The steps of cleaning.
    limits : RejectConfig
        Shortest and longest notes.
    deidentifier : Deidentifier, optional
        Takes out what identifies people, before the cleaning: lower case would hide names from it.
    corrections : Corrections, optional
        What a person said of single notes, which goes before what the deidentifier finds in them.
    values : Values, optional
        How values are read.
    """

    def __init__(
        self,
        roles: Roles,
        cleaner: Cleaner,
        limits: RejectConfig,
        deidentifier: Deidentifier | None = None,
        corrections: Corrections | None = None,
        *,
        values: Values | None = None,
    ) -> None:
        self.roles, self._cleaner, self._limits = roles, cleaner, limits
        self.values = values or Values()
        self._deidentifier, self._corrections = deidentifier, corrections
        self._needed = roles.needed
        self._place = place = {name: i for i, name in enumerate(roles.needed)}
        self._categories = [place[name] for name in roles.categories]
        self._spans = [place[name] for name in roles.spans]
        self._names = [place[name] for name in roles.names]
        self.span_types = {name: SpanTypes() for name in roles.spans}
        self.spans_dropped = 0
        self.mending = MendingTally()

    def identity(self) -> str:
        """A digest of everything but the row that the outcome depends on."""
        hidden = self._deidentifier.identity() if self._deidentifier else None
        said = self._corrections.digest if self._corrections else None
        options = [self._cleaner.config.model_dump(mode="json"), self._limits.model_dump(mode="json"), hidden, said]
        return digest([asdict(self.roles), self.values.identity(), *options])

    def original(self, file: str, row: Row) -> Original | Unusable:
        """The note in a row of a file, as it is there."""
        if row.values is None:
            return Unusable(None, row.fault or EMPTY)
        values, place, roles = row.values, self._place, self.roles
        readings: list[Reading] = []
        note_id: str | None = f"{file}:{row.number}"
        if roles.note_id:
            note_id = self.values.text(roles.note_id, values[place[roles.note_id]], readings)
        text = values[place[roles.text]]
        fault = row.fault or (NO_ID if note_id is None else self._fault_of_text(text) or self._fault_of_values(values))
        if fault or note_id is None:
            return Unusable(note_id, fault or NO_ID)
        plain = self._plain(text)
        if isinstance(plain, Fault):
            return Unusable(note_id, plain)
        patient = None
        if roles.patient_id:
            patient = self.values.text(roles.patient_id, values[place[roles.patient_id]], readings)
        named = [self.values.text(name, values[i], readings) for name, i in zip(roles.names, self._names, strict=True)]
        names = tuple([name for name in named if name])
        steps = ((plain.offsets, len(text)),)
        return Original(note_id, patient, plain.text, names, tuple(readings), plain.changed, steps)

    def examine(self, file: str, row: Row) -> Note | Unusable:
        """Turn a row of a file into a note."""
        original = self.original(file, row)
        if isinstance(original, Unusable):
            return original
        assert row.values is not None
        values, place, roles = row.values, self._place, self.roles
        note_id, patient, text = original[:3]
        readings = list(original.readings)
        hidden, marked, reviewed = self._hidden(original)
        cleaned = self._cleaner.clean(hidden.text, follow=bool(self._spans))
        fault = self._fault_of_cleaned(cleaned.text)
        if fault:
            return Unusable(note_id, fault)
        try:
            steps = [*original.steps, (hidden.offsets, len(text)), (cleaned.offsets, len(hidden.text))]
            held = self._mentions(file, row, roles.spans)
            spans = [_moved(found, steps) for found in held]
        except (ValueError, OverflowError, RecursionError):
            # The error's own words may quote the note, so that they are left unsaid.
            return Unusable(note_id, Fault(MALFORMED_SPANS, "a column of spans is no list of records with offsets"))
        for kind, (found, dropped) in zip(self.span_types.values(), spans, strict=True):
            kind.see(found)
            self.spans_dropped += dropped
        time = self._time(file, roles.time, values, readings) if roles.time else None
        categories = [
            self.values.text(name, values[i], readings, category=True)
            for name, i in zip(roles.categories, self._categories, strict=True)
        ]
        for at, name in enumerate(roles.categories):
            if name in roles.texts and (written := categories[at]) is not None:
                categories[at], more = self._other_text(written, original)
                marked += more
        return Note(
            note_id,
            patient,
            time,
            cleaned.text,
            tuple(categories),
            tuple([json.dumps(found, ensure_ascii=False) for found, _ in spans]),
            self.values.text(roles.stratify, values[place[roles.stratify]], [], category=True)
            if roles.stratify
            else None,
            original.markup + cleaned.changed,
            known_split(self.values.text(roles.split, values[place[roles.split]], readings)) if roles.split else None,
            tuple([self._beside(file, name, values) for name in roles.auxiliary]),
            marked,
            reviewed,
            tuple(readings),
        )

    def _mentions(self, file: str, row: Row, columns: Sequence[str]) -> list[list[Span]]:
        """The spans of each column, where their words are."""
        assert row.values is not None
        if row.mending and row.mending[0] in columns:
            self.mending.add(*row.mending, file, row.number)
        found = []
        for column, place in zip(columns, self._spans, strict=True):
            spans, mending = mended_spans(row.values[self._place[self.roles.text]], read_spans(row.values[place]))
            if mending:
                self.mending.add(column, mending, file, row.number)
            found.append(spans)
        return found

    def _plain(self, text: str) -> Cleaned | Fault:
        """The text without its markup."""
        try:
            plain = self._cleaner.plain(text, follow=bool(self._spans))
        except ValueError as error:
            return Fault("malformed RTF", str(error))
        return plain if not plain.text.isspace() and plain.text else NOTHING_LEFT

    def _time(self, file: str, column: str, values: tuple[Any, ...], readings: list[Reading]) -> str | None:
        """A time of the note; the study's format is that of the column of times."""
        written = self.roles.time_format if column == self.roles.time else None
        return self.values.time(file, column, values[self._place[column]], readings, written)

    def _beside(self, file: str, column: str, values: tuple[Any, ...]) -> str | None:
        """A value that versions of a note are told by."""
        if column in self.roles.times:
            return self._time(file, column, values, [])
        return self.values.text(column, values[self._place[column]], [], category=True)

    def _hidden(self, note: Original, *, judged: bool = True) -> tuple[Cleaned, tuple[Mark, ...], bool]:
        """The text without what identifies people, what was taken out, and whether a person said so.

        With `judged`, what a person said of the note goes before what is found.
        """
        if self._deidentifier is None:
            return Cleaned(note.text, (), None), (), False
        said = self._corrections.findings(note.note_id, note.text) if self._corrections and judged else None
        findings = self._deidentifier.findings(note.text, note.names) if said is None else said
        hidden, offsets = self._deidentifier.hidden(note.text, findings, note.patient, note.names)
        return Cleaned(hidden, (), offsets), marks(findings), said is not None

    def _other_text(self, text: str, note: Original) -> tuple[str | None, tuple[Mark, ...]]:
        """A text of a column, without markup and identifiers and cleaned as the note is; and what was taken out."""
        marked: list[Mark] = []

        def changed(one: str) -> str | None:
            plain = self._plain(one)
            if isinstance(plain, Fault):
                return None
            hidden, found, _ = self._hidden(note._replace(text=plain.text), judged=False)
            marked.extend(found)
            cleaned = self._cleaner.clean(hidden.text).text
            return None if not cleaned or cleaned.isspace() else cleaned

        return with_texts_changed(text, changed), tuple(marked)

    def _fault_of_text(self, text: Any) -> Fault | None:
        """What is wrong with the text as it was read."""
        if text is None or (isinstance(text, str) and (not text or text.isspace())):
            return EMPTY
        if isinstance(text, str) and (word := self.values.missing_text(text)):
            return missing_text(word)
        if not isinstance(text, str):
            return Fault("text is no string", f"the text is a {type(text).__name__}, not a string")
        most = self._limits.max_bytes
        if len(text) > most // 4 and len(text.encode("utf-8", "replace")) > most:
            return Fault(TOO_LONG, f"longer than {most} bytes")
        return None

    def _fault_of_values(self, values: tuple[Any, ...]) -> Fault | None:
        """What is wrong with any of the values as they were read."""
        for name, value in zip(self._needed, values, strict=True):
            as_stored = value if isinstance(value, str) else canonical(value) or ""
            if "\0" in as_stored:
                return NUL
            if not _encodes(as_stored):
                return undecodable(name)
        if self.roles.split:
            stored = self.values.text(self.roles.split, values[self._place[self.roles.split]], [])
            return UNKNOWN_SPLIT if stored is not None and known_split(stored) is None else None
        return None

    def _fault_of_cleaned(self, text: str) -> Fault | None:
        if not text or text.isspace():
            return NOTHING_LEFT
        if len(text) < self._limits.min_characters:
            return Fault("too short", f"shorter than {self._limits.min_characters} characters after cleaning")
        return None


def _moved(spans: list[Span], steps: Sequence[tuple[Offsets | None, int]]) -> tuple[list[Span], int]:
    """Spans after some steps, each with the length of the text that it met; and how many are gone."""
    dropped = 0
    for offsets, length in steps:
        spans, gone = moved_spans(spans, offsets or Offsets(), length)
        dropped += gone
    return spans, dropped


def _encodes(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
