"""Notes of a file, or of a corpus that was prepared, on their way into an index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from wardspace.config import ColumnsConfig, CorpusConfig, SourceConfig
from wardspace.config.corpus.cleaning import RejectConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import scratch_folder
from wardspace.core.progress import progress
from wardspace.corpus.corpus import MANIFEST, Corpus
from wardspace.corpus.note.clean import Cleaner
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.note import Unusable
from wardspace.corpus.prepare.rejects import SEEN, Rejects
from wardspace.corpus.readers import FORMATS, Reader, open_readers
from wardspace.corpus.readers.columns import MissingColumnsError, no_rows
from wardspace.corpus.schema import Roles, resolve_roles
from wardspace.corpus.values.look import look
from wardspace.models.encoder import Encoder
from wardspace.serve.index.writer import IndexNote, IndexOptions, IndexWriter, identity_of, index_notes
from wardspace.study.commands.embed_file import options_named
from wardspace.study.commands.own_columns import OwnColumns

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
        roles, readers, warnings = _opened(own, options, time, work)
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
                raise _nothing(own.source, readers, rejects)
            writer.finish()
        if rejects.counts:
            (work / left_out_file.name).replace(left_out_file)
        else:
            left_out_file.unlink(missing_ok=True)
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


def _opened(
    own: OwnColumns, options: IndexOptions, time: str | None, work: Path
) -> tuple[Roles, list[Reader], list[str]]:
    """The source with the columns that are read, and a warning where patients are not known."""
    roles = _roles(own, options.metadata, time, own.patient_id)
    try:
        return roles, open_readers(own.source, roles.needed, work, own.missing), []
    except MissingColumnsError as error:
        if not own.patient_optional or error.names != (own.patient_id,):
            raise
    roles = _roles(own, options.metadata, time, None)
    said = f"there is no column {own.patient_id!r}, as in the model's study: the index knows no patients"
    return roles, open_readers(own.source, roles.needed, work, own.missing), [said]


def _roles(own: OwnColumns, metadata: Sequence[str], time: str | None, patient_id: str | None) -> Roles:
    known = FORMATS.get(own.source.format)
    columns = known.columns(ColumnsConfig()) if known and known.columns else ColumnsConfig()
    named = ColumnsConfig(
        note_id=own.note_id or columns.note_id,
        patient_id=patient_id,
        time=time,
        text=own.text or columns.text,
        metadata=list(metadata),
    )
    return resolve_roles(named, None)


def _nothing(source: SourceConfig, readers: list[Reader], rejects: Rejects) -> CorpusError:
    if not rejects.counts:
        return CorpusError(no_rows(readers), where=source.path, fix="export the notes again")
    reasons = ", ".join(f"{count} {kind}" for kind, count in rejects.counts.most_common())
    return CorpusError(f"no row is a note ({reasons})", where=source.path, fix="name --id and --text")
