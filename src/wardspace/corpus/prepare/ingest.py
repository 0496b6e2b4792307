"""The first pass: every row read, checked, cleaned and compared with those before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.core.progress import progress
from wardspace.core.seeds import derive
from wardspace.core.times import moment
from wardspace.corpus.deidentify.counts import Tally
from wardspace.corpus.duplicates.sketches import Sketches
from wardspace.corpus.duplicates.versions import Versions
from wardspace.corpus.note.clean import looks_like
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note, Unusable
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.ledger import Ledger, fingerprint
from wardspace.corpus.prepare.outcome import check_outcome
from wardspace.corpus.prepare.rejects import NO_TIME, SEEN, Fault, Rejects, duplicate, missing_text
from wardspace.corpus.prepare.spool import Spool
from wardspace.corpus.processing.chunks import Examined, ExaminedChunk
from wardspace.corpus.processing.engine import Event, SourceRead
from wardspace.corpus.readers import Reader
from wardspace.corpus.split.by_time import TimeSplit
from wardspace.corpus.split.paired import other_side
from wardspace.corpus.split.times import Zones
from wardspace.corpus.values.tally import ReadingsTally


class Intake:
    """Takes in rows: a usable note goes to the spool and the ledger, any other row to the rejects.

    Parameters
    ----------
    config : CorpusConfig
        What to leave out.
    examiner : Examiner
        Reads rows: its columns, and what they leave open.
    ledger : Ledger
        Remembers what was seen.
    spool : Spool
        Where notes go.
    rejects : Rejects
        Where other rows go.
    sketches : Sketches or None
        Where sketches of notes go, if they are made.
    """

    def __init__(
        self,
        config: CorpusConfig,
        examiner: Examiner,
        *,
        ledger: Ledger,
        spool: Spool,
        rejects: Rejects,
        sketches: Sketches | None,
    ) -> None:
        roles = examiner.roles
        self._text = roles.text
        self._paired = [roles.categories.index(name) for name in roles.paired]
        self._config, self._sketches = config, sketches
        self._ledger, self._spool, self._rejects = ledger, spool, rejects
        self.rows_read = 0
        self.patients_missing = 0
        self.changed: Counter[str] = Counter()
        self.identifiers = Tally()
        self.reviewed = 0
        self.markup: Counter[str] = Counter()
        """Notes that look like markup, by the step of cleaning that would take it from them."""
        self.zones = Zones()
        self.readings = ReadingsTally(roles.patient_id, roles.time, examiner.values.warnings)
        words = (*config.missing.words, *config.missing.words_outside_categories)
        self._missing_texts = {missing_text(word): word for word in words}
        self._two_splits = 0
        self._first_of_two_splits = ""
        self.span_types: dict[str, SpanTypes] = {}
        self.spans_dropped = 0
        self.mending = MendingTally()
        self.warnings: list[str] = []
        """Of the readers."""
        self.versions = Versions(ledger.connection) if config.deduplicate.versions else None
        self.times = TimeSplit(ledger) if config.split.by == "time" else None

    def read(self, readers: list[Reader], found: Iterator[Event], *, show_progress: bool) -> None:
        """Take in all rows of all files, as an engine hands them on.

        Raises
        ------
        CorpusError
            If no note is left, or most rows do not decode.
        """
        with progress("reading notes (bytes)", sum(reader.size for reader in readers), show=show_progress) as advance:
            for event in found:
                if isinstance(event, SourceRead):
                    self.warnings = event.warnings
                else:
                    self._take_chunk(event.file, event.chunk)
                    advance(event.progress)
        self._check_outcome(readers)
        self.readings.patients_in_two_spellings = self._ledger.in_two_spellings()

    def _take_chunk(self, file: str, chunk: ExaminedChunk) -> None:
        for name, types in chunk.span_types.items():
            self.span_types.setdefault(name, SpanTypes()).merge(types)
        self.spans_dropped += chunk.spans_dropped
        self.mending.merge(chunk.mending)
        for row in chunk.rows:
            self._take(file, row)

    def _take(self, file: str, row: Examined) -> None:
        self.rows_read += 1
        found = row.found
        if isinstance(found, Unusable):
            self._reject(file, row.number, found.note_id, found.fault)
            return
        fault = self._fault_beside_others(found)
        if fault:
            self._reject(file, row.number, found.note_id, fault)
            return
        respelled = self.readings.add(found.time, found.readings)
        self.patients_missing += found.patient_id is None
        self.changed.update(found.changed)
        self.identifiers.add(found.identifiers)
        self.reviewed += found.reviewed
        self.markup.update(looks_like(found.text))
        patient = found.patient_id or self._alone(found)
        if found.time:
            self.zones.see(found.time)
        if found.split and not self._ledger.give(patient, found.split):
            self._first_of_two_splits = self._first_of_two_splits or f"{file}, row {row.number}"
            self._two_splits += 1
        sampled = self._config.sample is not None
        draw = derive("sample", self._config.split.seed, found.note_id) if sampled else None
        if self.versions:
            self._add_version(self.versions, found)
        if self._sketches is not None and found.sketch is not None:
            self._sketches.add(found.note_id, found.sketch)
        if self.times is not None and found.time:
            self.times.add(self._ledger.notes, found.time)
        if self._paired:
            self._ledger.remember_sides(fingerprint(found.text), self._other_side(found))
        self._ledger.add(found.note_id, patient, found.stratum, draw, respelled=respelled)
        self._spool.add(found, patient, file, row.number)

    def _reject(self, file: str, row: int, note_id: str | None, fault: Fault) -> None:
        if word := self._missing_texts.get(fault):
            self.readings.add_missing(self._text, word)
        self._rejects.add(file, row, note_id, fault)

    def _alone(self, note: Note) -> str:
        """The patient that a note without one counts as: itself, or the first of the pairs of one split with its text.

        Those of a split that the source gives must not be parted from it by those of another one.
        """
        if not self._paired:
            return note.note_id
        return self._ledger.first_with(b"premise" + fingerprint(note.text) + (note.split or "").encode(), note.note_id)

    def _key(self, note: Note) -> bytes:
        """What copies of a note have in common: its text, and of a pair the other side."""
        text = fingerprint(note.text)
        return text + self._other_side(note) if self._paired else text

    def _other_side(self, note: Note) -> bytes:
        return other_side([note.categories[place] for place in self._paired])

    def _add_version(self, versions: Versions, note: Note) -> None:
        number, config = self._ledger.notes, self._config.deduplicate
        by_column = config.versions is not None and config.versions.stored is not None
        shared = note.auxiliary[:-1] if by_column else note.auxiliary
        versions.add(number, (note.patient_id, *shared), moment(note.auxiliary[-1]) if by_column else 0.0)
        if config.exact:
            self._ledger.remember_text(number, self._key(note))

    def _fault_beside_others(self, note: Note) -> Fault | None:
        if self.times is not None and moment(note.time) is None:
            self.readings.see_time(note.time)
            return NO_TIME
        if not self._ledger.new_id(note.note_id):
            return SEEN
        # a copy of a note that turns out to be an earlier version must not be left out for it
        if self._config.deduplicate.exact and not self.versions:
            first = self._ledger.first_with(self._key(note), note.note_id)
            if first != note.note_id:
                return duplicate(first)
        return None

    def _check_outcome(self, readers: list[Reader]) -> None:
        if self._two_splits:
            raise CorpusError(
                f"the source's own splits part notes of one patient: {self._two_splits} notes are in another split"
                " than the first note of their patient",
                where=self._first_of_two_splits,
                fix="give all notes of a patient in one file, or all files as corpus.source.path"
                if self._config.source.by_split
                else "mend the column, or leave corpus.columns.split null so that patients are shared out",
            )
        check_outcome(self._rejects.counts, self.rows_read, self._ledger.notes, readers)
