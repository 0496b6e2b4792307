"""Random notes of random patients, drawn in one pass over the source with room for no more than are drawn."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wardspace.config import CorpusConfig
from wardspace.core.files import scratch_folder
from wardspace.core.progress import progress
from wardspace.core.seeds import derive
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Original, Unusable
from wardspace.corpus.prepare.resolve import resolved
from wardspace.corpus.readers import open_readers
from wardspace.corpus.values.look import look

_PROGRESS_ROWS = 256


class _Drawn(NamedTuple):
    patient_lot: int
    note_lot: int
    note: Original


class Drawing:
    """Keeps the patients with the lowest hashes, and of each the note with the lowest.

    Every patient is as likely as any other, whatever the number of notes; the first n of a larger drawing are the
    smaller one.

    Parameters
    ----------
    count : int
        Most notes to keep.
    seed : int
        Another seed draws others.
    """

    def __init__(self, count: int, seed: int) -> None:
        self._count, self._seed = count, seed
        self._kept: dict[str, _Drawn] = {}
        self._lots: list[tuple[int, str]] = []  # highest first: a heap of negated lots

    def offer(self, note: Original) -> None:
        """Consider the next note."""
        patient = note.patient
        lot = derive("review", self._seed, patient)
        held = self._kept.get(patient)
        if held is None and len(self._kept) == self._count and -self._lots[0][0] <= lot:
            return
        drawn = _Drawn(lot, derive("review note", self._seed, note.note_id), note)
        if held is not None:
            if drawn.note_lot < held.note_lot:
                self._kept[patient] = drawn
            return
        if len(self._kept) == self._count:
            del self._kept[heapq.heappop(self._lots)[1]]
        self._kept[patient] = drawn
        heapq.heappush(self._lots, (-lot, patient))

    def notes(self) -> list[Original]:
        """The notes in the order of their patients' lots."""
        by_id: dict[str, Original] = {}
        for drawn in sorted(self._kept.values(), key=lambda drawn: drawn.patient_lot):
            by_id.setdefault(drawn.note.note_id, drawn.note)
        return list(by_id.values())


def drawn_notes(config: CorpusConfig, count: int, corpus: Path, *, show_progress: bool = True) -> list[Original]:
    """Draw notes of a study's source, at most one a patient.

    Parameters
    ----------
    config : CorpusConfig
        Where the notes are; the seed is that of its split.
    count : int
        Most notes to draw.
    corpus : Path
        The corpus folder; its parent has temporary files while notes are read.
    show_progress : bool
        Show a bar on a terminal.

    Raises
    ------
    CorpusError
        For a fault of the source as a whole.
    """
    drawing = Drawing(count, config.split.seed)
    for note in original_notes(config, corpus, title="drawing notes (bytes)", show_progress=show_progress):
        drawing.offer(note)
    return drawing.notes()


def original_notes(
    config: CorpusConfig, corpus: Path, *, title: str = "reading notes (bytes)", show_progress: bool = True
) -> Iterator[Original]:
    """Yield every usable note of a study's source as it was read; see `drawn_notes`."""
    config, roles = resolved(config)
    with scratch_folder(corpus) as scratch:
        readers = open_readers(config.source, roles.needed, scratch, config.missing)
        values = look(readers, roles, config)
        examiner = Examiner(roles, Cleaner(config.clean), config.reject, values=values)
        with progress(title, sum(reader.size for reader in readers), show=show_progress) as advance:
            for reader in readers:
                done = 0
                for count, row in enumerate(reader.rows(), 1):
                    note = examiner.original(reader.name, row)
                    if not isinstance(note, Unusable):
                        yield note
                    if count % _PROGRESS_ROWS == 0:
                        advance(reader.position() - done)
                        done = reader.position()
                advance(reader.size - done)
