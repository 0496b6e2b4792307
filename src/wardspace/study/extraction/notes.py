"""Notes as the models read them, with the way back to the characters of the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from wardspace.config import CleanConfig, CorpusConfig
from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.corpus.note.clean import Cleaner, Offsets
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Unusable
from wardspace.corpus.prepare.rejects import EMPTY, NOTHING_LEFT, Fault, Rejects
from wardspace.corpus.readers import Reader, Row
from wardspace.corpus.schema import Roles
from wardspace.corpus.values.look import look
from wardspace.study.commands.own_columns import UNTOUCHED

UNFOLLOWED = "markup"
"""Counts notes whose places are those of their text without markup: what RTF and base64 moved cannot be followed."""


class SourceNote(NamedTuple):
    """A note of the source."""

    note_id: str
    patient_id: str | None
    text: str
    """As the models read it; empty where the source has none."""
    moved: tuple[Offsets, ...]
    """What cleaning moved, step by step."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the source that characters of the text come from."""
        for offsets in reversed(self.moved):
            start, end = offsets.origin(start, end)
        return start, end


class NoteStream:
    """Reads the notes of a source one by one.

    Parameters
    ----------
    readers : list of Reader
        Of the source.
    roles : Roles
        Columns of text, id and patient.
    config : CorpusConfig
        How values are read, and how texts are cleaned.
    rejects : Rejects
        Takes the rows that are no notes.
    """

    def __init__(self, readers: list[Reader], roles: Roles, config: CorpusConfig, rejects: Rejects) -> None:
        self._readers, self._roles, self._rejects = readers, roles, rejects
        # judged as `prepare` judges rows, and cleaned here, where it is known what moved
        values = look(readers, roles, config)
        self._examiner = Examiner(roles, Cleaner(UNTOUCHED), RejectConfig(), values=values)
        self._cleaner = Cleaner(config.clean)
        self._follows_markup = follows_markup(config.clean)
        self.counts: Counter[str] = Counter()
        self.position = 0
        """Bytes of the source that were read."""

    def __iter__(self) -> Iterator[SourceNote]:
        done = 0
        for reader in self._readers:
            for row in reader.rows():
                self.position = done + reader.position()
                found = self._examiner.examine(reader.name, row)
                if not isinstance(found, Unusable):
                    note = self._cleaned(found.note_id, found.patient_id, found.text)
                elif found.note_id is not None and found.fault.kind in (EMPTY.kind, NOTHING_LEFT.kind):
                    note = SourceNote(found.note_id, self._patient(row), "", ())
                else:
                    self._rejects.add(reader.name, row.number, found.note_id, found.fault)
                    continue
                if isinstance(note, Fault):
                    self._rejects.add(reader.name, row.number, None, note)
                    continue
                yield note
            done += reader.size
            self.position = done

    def _patient(self, row: Row) -> str | None:
        """The patient of a row that is no note."""
        name = self._roles.patient_id
        if name is None or row.values is None:
            return None
        return self._examiner.values.text(name, row.values[self._roles.needed.index(name)], [])

    def _cleaned(self, note_id: str, patient_id: str | None, text: str) -> SourceNote | Fault:
        try:
            plain = self._cleaner.plain(text, follow=self._follows_markup)
        except ValueError as error:  # its message has no word of the note
            return Fault("malformed RTF", str(error))
        if plain.changed and not self._follows_markup:
            self.counts[UNFOLLOWED] += 1
        cleaned = self._cleaner.clean(plain.text, follow=True)
        moved = tuple(one for one in (plain.offsets, cleaned.offsets) if one is not None)
        return SourceNote(note_id, patient_id, cleaned.text if cleaned.text.strip() else "", moved)


def follows_markup(clean: CleanConfig) -> bool:
    """Whether places can be followed through the markup that is taken out."""
    return not (clean.rtf or clean.base64)
