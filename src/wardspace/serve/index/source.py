"""Notes of a file, or of a corpus that was prepared, on their way into an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from wardspace.config import CorpusConfig
from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.core.files import scratch_folder
from wardspace.core.progress import progress
from wardspace.corpus.corpus import MANIFEST, Corpus
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Unusable
from wardspace.corpus.prepare.rejects import SEEN, Rejects
from wardspace.corpus.readers import Reader
from wardspace.corpus.schema import Roles
from wardspace.corpus.values.look import look
from wardspace.models.encoder import Encoder
from wardspace.serve.index.writer import IndexNote, IndexOptions, IndexWriter, identity_of, index_notes
from wardspace.study.commands.own_columns import OwnColumns
from wardspace.study.commands.own_source import keep_rejects, nothing_read, open_source, options_named

BATCH = 2048
"""Notes of one change of the index: what a kill may cost."""


class Indexed(NamedTuple):
    """What became of the notes of a source."""

    notes: int
    """Notes that were read."""
    embedded: int
    """Of these, new or changed ones."""
    left_out: Counter[str]
    """Rows left out, by kind."""
    warnings: list[str]
    """What must be known about how the source was read."""


def index_corpus(encoder: Encoder, corpus: Corpus, folder: Path, options: IndexOptions) -> Indexed:
    """Index all notes of a corpus; see `index_file`.

    Raises
    ------
    CorpusError
        If the corpus has no column of metadata that is asked for.
    """
    with (
        IndexWriter.open(folder, identity_of(encoder), options) as writer,
        progress("indexing notes", len(corpus)) as advance,
    ):
        done = embedded = 0
        for batch in corpus.batches(["note_id", "patient_id", "time", "text", *options.metadata], rows=BATCH):
            notes = [
                IndexNote(
                    row["note_id"],
                    row["text"],
                    row["patient_id"],
                    row["time"],
                    {name: row[name] for name in options.metadata},
                )
                for row in batch.to_pylist()
            ]
            embedded += index_notes(encoder, writer, notes)
            done += len(notes)
            advance(len(notes))
        writer.finish()
    return Indexed(done, embedded, Counter(), [])


def index_file(
    encoder: Encoder, own: OwnColumns, folder: Path, options: IndexOptions, time: str | None = None
) -> Indexed:
    """Index the notes of a source; what is in the index already, unchanged, is not embedded again.

    Every 2,048 notes the index is whole; whatever interrupts it, the same call goes on. Notes of the index that the
    source does not have stay.

    Parameters
    ----------
    encoder : Encoder
        The model.
    own : OwnColumns
        The source, its columns and how its notes are cleaned.
    folder : Path
        Of the index. Rows left out go to `FOLDER.rejects.parquet` next to it, with their place and the reason.
    options : IndexOptions
        What the index keeps.
    time : str, optional
        Column of the time of notes.

    Raises
    ------
    CorpusError
        For a fault of the source as a whole, or where no row of it is a note.
    """
    config = CorpusConfig(source=own.source, clean=own.clean, missing=own.missing)
    left_out_file = folder.with_name(f"{folder.name}.rejects.parquet")
    named = "--text, --id, --patient, --time and --metadata"
    with options_named(named), scratch_folder(left_out_file) as work:
        roles, readers, warnings = open_source(
            own, work, "the index knows no patients", time=time, metadata=options.metadata
        )
        with (
            IndexWriter.open(folder, identity_of(encoder), options) as writer,
            Rejects(work / left_out_file.name) as rejects,
            progress("indexing notes (bytes)", sum(reader.size for reader in readers)) as advance,
        ):
            done = embedded = at = 0
            stream = _Stream(readers, roles, config, rejects)
            rows = iter(stream)
            while notes := list(islice(rows, BATCH)):
                embedded += index_notes(encoder, writer, notes)
                done += len(notes)
                advance(stream.position - at)
                at = stream.position
            if not done:
                raise nothing_read(own.source, readers, rejects)
            writer.finish()
        keep_rejects(rejects.counts, work / left_out_file.name, left_out_file)
    warnings += [warning for reader in readers for warning in reader.warnings]
    return Indexed(done, embedded, rejects.counts, list(dict.fromkeys(warnings)))


def corpus_in(place: str) -> Corpus | None:
    """The prepared corpus in a folder, or in the `corpus` folder of a run; None where there is neither."""
    for folder in (Path(place), Path(place) / "corpus"):
        if (folder / MANIFEST).is_file():
            return Corpus.open(folder)
    return None


class _Stream:
    """Notes of a source, judged as `prepare` judges rows."""

    def __init__(self, readers: list[Reader], roles: Roles, config: CorpusConfig, rejects: Rejects) -> None:
        self._readers, self._roles, self._rejects = readers, roles, rejects
        values = look(readers, roles, config)
        self._examiner = Examiner(roles, Cleaner(config.clean), RejectConfig(), values=values)
        self.position = 0
        """Bytes that were read."""

    def __iter__(self) -> Iterator[IndexNote]:
        done, seen = 0, set[str]()
        for reader in self._readers:
            for row in reader.rows():
                self.position = done + reader.position()
                found = self._examiner.examine(reader.name, row)
                if isinstance(found, Unusable):
                    self._rejects.add(reader.name, row.number, found.note_id, found.fault)
                elif found.note_id in seen:
                    self._rejects.add(reader.name, row.number, found.note_id, SEEN)
                else:
                    seen.add(found.note_id)
                    metadata = dict(zip(self._roles.categories, found.categories, strict=True))
                    yield IndexNote(found.note_id, found.text, found.patient_id, found.time, metadata)
            done += reader.size
            self.position = done
