"""What a row of a source can be: a usable note, or one that has a fault."""

from __future__ import annotations

from typing import NamedTuple

from wardspace.corpus.deidentify.counts import Mark
from wardspace.corpus.duplicates.sketching import Sketch
from wardspace.corpus.note.clean import Offsets
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.values.values import Reading


class Note(NamedTuple):
    """A usable note, cleaned."""

    note_id: str
    patient_id: str | None
    time: str | None
    text: str
    categories: tuple[str | None, ...]
    spans: tuple[str, ...]
    """One JSON list for each column of spans."""
    stratum: str | None
    changed: tuple[str, ...]
    """Steps of cleaning that changed the text."""
    split: str | None = None
    """The split that the source itself gives."""
    auxiliary: tuple[str | None, ...] = ()
    """Values that are not kept, in the order of `Roles.auxiliary`."""
    identifiers: tuple[Mark, ...] = ()
    """What was taken out."""
    reviewed: bool = False
    """Whether a person said what is to be taken out."""
    readings: tuple[Reading, ...] = ()
    """What was done to values to read them."""
    tokens: int | None = None
    """Tokens of the text, where they are counted."""
    sketch: Sketch | None = None
    """What near-duplicates are found by, where they are looked for."""


class Original(NamedTuple):
    """A usable note as it was read, without its markup where a study asks for that."""

    note_id: str
    patient_id: str | None
    text: str
    names: tuple[str, ...]
    """Names of its patient, of columns that are not kept."""
    readings: tuple[Reading, ...] = ()
    """What was done to id, patient and names to read them."""
    markup: tuple[str, ...] = ()
    """Steps of cleaning that took markup from it."""
    steps: tuple[tuple[Offsets | None, int], ...] = ()
    """Where the characters went, and how many there were, if spans are to follow."""

    @property
    def patient(self) -> str:
        """The patient; a note without one counts as a patient of its own."""
        return self.patient_id or self.note_id


class Unusable(NamedTuple):
    """A row that is no note."""

    note_id: str | None
    fault: Fault
