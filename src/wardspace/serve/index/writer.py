"""Changes of an index: notes that are added, replaced or deleted, each time as a whole."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from wardspace.core.errors import RunError, WardspaceError, machine_faults
from wardspace.models.encoder import Encoder
from wardspace.models.pieces import Pieces
from wardspace.privacy.record import weights_hash
from wardspace.serve.index.manifest import (
    LOCK,
    Manifest,
    ModelIdentity,
    SegmentRecord,
    is_empty,
    read_manifest,
    write_manifest,
)
from wardspace.serve.index.merge import to_merge, write_merged
from wardspace.serve.index.segment import WITH_TEXT, Contents, Segment, hide, write_segment
from wardspace.serve.index.words import count_words

OWN = ("note_id", "patient_id", "time", "digest")


class IndexNote(NamedTuple):
    """A note to be indexed."""

    note_id: str
    text: str
    patient_id: str | None = None
    time: str | None = None
    metadata: Mapping[str, str | None] = {}

    @property
    def digest(self) -> str:
        """Names everything that the index takes from the note."""
        named = [self.note_id, self.text, self.patient_id, self.time, dict(sorted(self.metadata.items()))]
        return hashlib.blake2b(json.dumps(named).encode(), digest_size=16).hexdigest()


class IndexOptions(NamedTuple):
    """What an index keeps; it is decided when it is made."""

    name: str = "index"
    metadata: Sequence[str] = ()
    """Columns to filter by."""
    keep_text: bool = False
    """Whether to keep the text of notes."""
    weight: float | None = None
    """Share of the vectors in searches that name none."""


def identity_of(encoder: Encoder) -> ModelIdentity:
    """What an index must have been made with for the vectors of an encoder to be searched in it.

    Raises
    ------
    ModelError
        If the files of weights are not where the encoder was loaded from.
    """
    return ModelIdentity(
        name=encoder.name,
        weights=weights_hash(encoder.name),
        pooling=encoder.pooling,
        window=encoder.window,
        overlap=encoder.overlap,
        dimension=encoder.dimension,
    )


class IndexWriter:
    """An index that this process alone may change.

    Each change is there as a whole once its method returns, and survives a kill; a process that is killed in the
    middle of a change leaves the index as it was before. Readers go on meanwhile.

    Parameters
    ----------
    folder : Path
        Of the index.
    manifest : Manifest
        Its state.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        self._sweep()
        self._segments = {one.name: Segment(folder / one.name, one) for one in manifest.segments}

    @classmethod
    @contextmanager
    def open(
        cls, folder: Path, model: ModelIdentity | None = None, options: IndexOptions | None = None
    ) -> Iterator[IndexWriter]:
        """Hold an index; with a model, make it where there is none.

        Parameters
        ----------
        folder : Path
            Of the index.
        model : ModelIdentity, optional
            Of what the vectors will be; None where notes are only deleted.
        options : IndexOptions, optional
            What a new index keeps, and must be what an index keeps that is there already.

        Raises
        ------
        ModelError
            If the index was made with another model.
        RunError
            If there is something else in the folder, the index keeps something else, or another process holds it.
        """
        folder = Path(folder)
        new = model is not None and is_empty(folder)
        if not new:
            read_manifest(folder)
        with machine_faults(folder), _held(folder):
            if model is not None and is_empty(folder):
                options = options or IndexOptions()
                made = Manifest(
                    name=options.name,
                    model=model,
                    metadata=list(options.metadata),
                    has_text=options.keep_text,
                    weight=options.weight,
                )
                write_manifest(folder, made)
            manifest = read_manifest(folder)
            if model is not None:
                manifest.check_model(model, folder)
            if options is not None:
                _check_options(manifest, options, folder)
            yield cls(folder, manifest)

    def unchanged(self, notes: Sequence[IndexNote]) -> list[bool]:
        """Whether the index holds each note exactly as it is."""
        found: set[str] = set()
        wanted = pa.array([note.digest for note in notes], pa.string())
        for segment in self._segments.values():
            flags = np.asarray(pc.is_in(segment.notes["digest"], wanted), dtype=bool)
            if segment.alive is not None:
                flags &= segment.alive
            found.update(segment.notes["digest"].take(pa.array(np.flatnonzero(flags))).to_pylist())
        return [note.digest in found for note in notes]

    def add(self, notes: Sequence[IndexNote], vectors: Sequence[Pieces]) -> None:
        """Add notes; one whose name the index knows takes the place of the other.

        Parameters
        ----------
        notes : sequence of IndexNote
            Each name once.
        vectors : sequence of Pieces
            Of each note.

        Raises
        ------
        WardspaceError
            If two notes have the same name.
        """
        if not notes:
            return
        ids = [note.note_id for note in notes]
        if twice := [name for name, count in Counter(ids).items() if count > 1]:
            raise WardspaceError(f"{len(twice)} names are of several notes", where=f"note_id {twice[0]}")
        record = write_segment(self.folder, self._next_name(), self._contents(notes, vectors))
        hidden = self._hidden({"note_id": ids})
        self._commit({**hidden, record.name: record})

    def delete(self, *, notes: Collection[str] = (), patients: Collection[str] = ()) -> int:
        """Delete notes by name, and all notes of patients: afterwards no file of the index has anything of them.

        Returns
        -------
        int
            Notes deleted.
        """
        before = sum(segment.note_count for segment in self._segments.values())
        hidden = self._hidden({"note_id": notes, "patient_id": patients})
        if hidden:
            self._commit(hidden)
        # also what an interrupted deletion has hidden
        for segment in [one for one in self._segments.values() if one.gone is not None]:
            self._replace([segment])
        return before - sum(segment.note_count for segment in self._segments.values())

    def finish(self) -> None:
        """Take out what is hidden, and write small segments as one."""
        for group in to_merge(list(self._segments.values())):
            self._replace(group)

    def _contents(self, notes: Sequence[IndexNote], vectors: Sequence[Pieces]) -> Contents:
        metadata = self.manifest.metadata
        rows = [
            (note.note_id, note.patient_id, note.time, note.digest, *(note.metadata.get(name) for name in metadata))
            for note in notes
        ]
        names = (*OWN, *metadata)
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))]
        texts = pa.table({"text": pa.array([note.text for note in notes], pa.large_string())})
        places = [
            np.column_stack([np.full(len(own.tokens), row), own.offsets, own.tokens]) for row, own in enumerate(vectors)
        ]
        return Contents(
            notes=pa.table(columns, names=list(names)),
            texts=texts if self.manifest.has_text else None,
            pieces=np.concatenate(places).astype(np.int32),
            vectors=np.concatenate([own.vectors for own in vectors]),
            words=count_words(note.text for note in notes),
        )

    def _hidden(self, wanted: Mapping[str, Collection[str]]) -> dict[str, SegmentRecord]:
        """Hide notes that have one of the values in a column; records of the segments that have any."""
        records = {}
        for segment in self._segments.values():
            flags = np.zeros(segment.record.notes, dtype=bool)
            for column, values in wanted.items():
                flags |= np.asarray(pc.is_in(segment.notes[column], pa.array(list(values), pa.string())), dtype=bool)
            if segment.alive is not None:
                flags &= segment.alive
            if flags.any():
                rows = np.flatnonzero(flags).tolist()
                records[segment.record.name] = hide(self.folder, segment, rows, self.manifest.change + 1)
        return records

    def _replace(self, segments: Sequence[Segment]) -> None:
        record = write_merged(self.folder, self._next_name(), segments)
        old = {segment.record.name for segment in segments}
        self._commit({} if record is None else {record.name: record}, without=old)

    def _commit(self, records: Mapping[str, SegmentRecord], without: Collection[str] = ()) -> None:
        """Make a change: what the manifest says holds, whatever else is on the disk."""
        known = {one.name: one for one in self.manifest.segments if one.name not in without} | dict(records)
        texts = [f"{one.name}/{file}" for one in known.values() for file in one.files if file in WITH_TEXT]
        self.manifest = self.manifest.model_copy(
            update={
                "segments": list(known.values()),
                "change": self.manifest.change + 1,
                "holds_text": sorted(texts),
            }
        )
        write_manifest(self.folder, self.manifest)
        for name in without:
            self._segments.pop(name)
        for name, record in records.items():
            self._segments[name] = Segment(self.folder / name, record)
        self._sweep()

    def _next_name(self) -> str:
        return f"segment-{self.manifest.change + 1:06}"

    def _sweep(self) -> None:
        """Remove what no state of the index names: of changes that are done, and of a process that was killed."""
        known = {one.name: one for one in self.manifest.segments}
        for path in self.folder.glob("segment-*"):
            if path.name not in known:
                shutil.rmtree(path)
                continue
            for file in path.glob("gone-*"):
                if file.name != known[path.name].gone:
                    file.unlink()


def index_notes(encoder: Encoder, writer: IndexWriter, notes: Sequence[IndexNote]) -> int:
    """Embed notes and add them; those that the index holds as they are cost nothing.

    Returns
    -------
    int
        Notes that were embedded.
    """
    same = writer.unchanged(notes)
    new = [note for note, known in zip(notes, same, strict=True) if not known]
    writer.add(new, list(encoder.pieces([note.text for note in new])))
    return len(new)


def _check_options(manifest: Manifest, options: IndexOptions, folder: Path) -> None:
    if list(options.metadata) != manifest.metadata:
        there = ", ".join(manifest.metadata) or "none"
        raise RunError(
            f"the index has other columns of metadata ({there})", where=folder, fix="name the same, or a new folder"
        )
    if options.keep_text != manifest.has_text:
        said = "keeps" if manifest.has_text else "does not keep"
        raise RunError(
            f"the index {said} the text of notes", where=folder, fix="ask for the same, or name a new folder"
        )


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder for one process; only its owner can enter it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    lock = FileLock(folder / LOCK, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunError("another process changes this index", where=folder, fix="wait for it") from error
    try:
        yield
    finally:
        lock.release()
