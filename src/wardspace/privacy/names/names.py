"""Names that are in training notes: marked by who made the corpus, or found by the rules of de-identification."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from wardspace.config import DeidentifyConfig, PrivacyConfig
from wardspace.core.seeds import unit
from wardspace.corpus import Corpus
from wardspace.corpus.deidentify import Deidentifier

NOTES = 1500
"""Most training notes that are searched."""
KINDS = {"name", "clinician", "person", "patient", "NAME"}
"""What a marked span of a name is called."""
_HIDDEN = re.compile(r"\[|\*|_|^$|^[^A-Za-zÀ-ɏͰ-ӿ]")


class NoNamesError(Exception):
    """There is no name to search for; the message says why."""


@dataclass(frozen=True)
class Mention:
    """A name in a note."""

    start: int
    """First character."""
    end: int
    """Character after the last."""
    kind: str
    """Whose name, as far as it is known."""


@dataclass(frozen=True)
class NamedNote:
    """A training note with the names in it."""

    note_id: str
    """Its name."""
    patient: str
    """Its patient."""
    text: str
    """Its text; stays in memory."""
    mentions: list[Mention]
    """Names, in the order of the text."""

    def name(self, mention: Mention) -> str:
        """The name itself."""
        return self.text[mention.start : mention.end]


def named_notes(corpus: Corpus, privacy: PrivacyConfig) -> list[NamedNote]:
    """Training notes, those with the lowest hashes, with the names in them.

    Raises
    ------
    NoNamesError
        If no name is in any.
    """
    column = privacy.name_spans if privacy.name_spans in corpus.schema.names else None
    if privacy.name_spans is None:
        raise NoNamesError("privacy.name_spans is null")
    if column and not _marks_kinds(corpus.schema.field(column).type):
        raise NoNamesError(f"the column {column!r} holds no spans with a kind, a start and an end")
    chosen = _chosen(corpus, privacy)
    notes = list(_marked(corpus, column, chosen) if column else _found(corpus, chosen))
    if not any(note.mentions for note in notes):
        raise NoNamesError("no name is in the notes; if they were de-identified, the names are not kept anywhere")
    return notes


def _marks_kinds(type_: pa.DataType) -> bool:
    fields = {field.name for field in type_.value_type} if pa.types.is_list(type_) else set()
    return {"start", "end", "kind"} <= fields


def _chosen(corpus: Corpus, privacy: PrivacyConfig) -> set[str]:
    batches = corpus.batches(["note_id"], ["train"])
    names = (name for batch in batches for name in batch["note_id"].to_pylist())
    return set(sorted(names, key=lambda name: unit("names", privacy.seed, name))[:NOTES])


def _rows(corpus: Corpus, columns: list[str], chosen: set[str]) -> Iterator[dict[str, Any]]:
    for batch in corpus.batches(["note_id", "patient_id", "text", *columns], ["train"]):
        wanted = [row for row, name in enumerate(batch["note_id"].to_pylist()) if name in chosen]
        yield from batch.take(pa.array(wanted, pa.int64())).to_pylist()


def _marked(corpus: Corpus, column: str, chosen: set[str]) -> Iterator[NamedNote]:
    for row in _rows(corpus, [column], chosen):
        spans = [Mention(span["start"], span["end"], span["kind"]) for span in row[column] or []]
        yield _note(row, [span for span in spans if span.kind in KINDS])


def _found(corpus: Corpus, chosen: set[str]) -> Iterator[NamedNote]:
    finder = Deidentifier(DeidentifyConfig(detectors=["rules"]))
    for row in _rows(corpus, [], chosen):
        found = (finding for finding in finder.findings(row["text"]) if finding.type == "NAME")
        yield _note(row, [Mention(finding.start, finding.end, "NAME") for finding in found])


def _note(row: dict[str, Any], mentions: list[Mention]) -> NamedNote:
    """A note with the names that are still in it: tags and asterisks in their place are none."""
    kept = [one for one in mentions if not _HIDDEN.search(row["text"][one.start : one.end])]
    return NamedNote(row["note_id"], row["patient_id"], row["text"], kept)
