"""Which column plays which role."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import field_validator

from wardspace.config.section import Section


class ColumnsConfig(Section):
    """Which column plays which role."""

    note_id: str | None = "note_id"
    """Unique name of a note; null numbers the notes by file and row."""
    patient_id: str | None = None
    """The patient a note is about: splits and intervals group by it."""
    time: str | None = None
    """When the note was written."""
    time_format: str | None = None
    """How times are written, such as `%m/%d/%Y` (Python's strptime), where the values do not tell; null takes common
    forms from the column. Times are stored as ISO 8601; one that cannot be read stays as it is."""
    text: str = "text"
    """The note itself."""
    split: str | None = None
    """The source's own split (train, validation, test or a usual synonym), kept as it is; null shares patients out."""
    metadata: list[str] = []
    """Columns known without a reader's effort (note type, ward): objectives may learn from them."""
    labels: list[str] = []
    """Columns that tasks predict."""
    texts: list[str] = []
    """Those of metadata and labels that hold text (a question, a title): it is de-identified and cleaned as the note
    is. Tasks and objectives that read texts add theirs by themselves."""
    paired: list[str] = []
    """Those of texts that make a pair with the note, as a hypothesis does with a premise: notes that differ in one of
    them are no copies of each other, and where no patient is known pairs that share the note's text, or are the same
    swapped, are kept in one split. Tasks of pairs add theirs by themselves."""
    spans: list[str] = []
    """Columns of marked spans (lists of records with `start` and `end` in characters of the text), and of relations
    between concepts (with `head` and `tail` in place of these)."""

    @field_validator("time_format")
    @classmethod
    def _is_a_format(cls, time_format: str | None) -> str | None:
        if time_format is not None:
            a_day = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC)
            try:
                datetime.strptime(a_day.strftime(time_format), time_format)
            except ValueError as error:
                raise ValueError("this is no format of strptime; write one such as %m/%d/%Y") from error
        return time_format
