"""A segment: notes that were written together, in files that are mapped into memory and never changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.core.errors import RunError
from wardspace.core.files import owner_only, whole_folder
from wardspace.serve.index.lists import Lists
from wardspace.serve.index.manifest import REMAKE, SegmentRecord
from wardspace.serve.index.words import Words

NOTES, TEXTS, VECTORS = "notes.arrow", "texts.arrow", "vectors.npy"
_PIECES, _BY_NOTE, _FIRST = "pieces.npy", "by_note.npy", "first.npy"
_CENTRES, _LISTS = "centres.npy", "lists.npy"
_WORDS = tuple(f"words-{name}.npy" for name in Words._fields)
WITH_TEXT = (TEXTS, *_WORDS)
"""Files that contain text of notes, or their words."""
_BLOCK = 1 << 15
"""Vectors written at once."""


@dataclass(frozen=True)
class Contents:
    """What a segment holds.

    Attributes
    ----------
    notes : Table
        `note_id`, `patient_id`, `time`, `digest`, and metadata; all strings.
    texts : Table or None
        `text` of each note, if it is kept.
    pieces : int32 [p, 4]
        Note, first character, the one after the last, and tokens of each piece.
    vectors : float32 [p, d]
        Of length one.
    words : Words
        The words of each note.
    lists : Lists or None
        Where pieces are sorted into lists: their centres, and where each begins.
    """

    notes: pa.Table
    texts: pa.Table | None
    pieces: NDArray[np.int32]
    vectors: NDArray[np.float32]
    words: Words
    lists: Lists | None = None


class Segment:
    """A segment that can be read.

    Parameters
    ----------
    folder : Path
        Its folder.
    record : SegmentRecord
        What the manifest says of it.

    Raises
    ------
    RunError
        If a file is missing or not whole.
    FileNotFoundError
        If the whole folder is gone, as after a later change of the index.
    """

    def __init__(self, folder: Path, record: SegmentRecord) -> None:
        self.folder, self.record = folder, record
        for name, size in record.files.items():
            _check(folder / name, size)
        try:
            self.notes = _table(folder / NOTES)
            self.texts = _table(folder / TEXTS) if TEXTS in record.files else None
            self.pieces: NDArray[np.int32] = self._array(_PIECES)
            self.vectors: NDArray[np.float32] = self._array(VECTORS)
            self.by_note: NDArray[np.int32] = self._array(_BY_NOTE)
            self.first: NDArray[np.int64] = self._array(_FIRST)
            self.words = Words(*(self._array(name) for name in _WORDS))
            listed = _CENTRES in record.files
            self.lists = Lists(np.array(self._array(_CENTRES)), np.array(self._array(_LISTS))) if listed else None
            self.gone = None if record.gone is None else np.load(folder / record.gone)
        except (ValueError, pa.ArrowInvalid) as error:
            raise RunError("a file of the index is damaged", where=folder, fix=REMAKE) from error
        if (self.notes.num_rows, len(self.pieces), len(self.vectors)) != (record.notes, record.pieces, record.pieces):
            raise RunError("a segment of the index is damaged", where=folder, fix=REMAKE)

    def _array(self, name: str) -> NDArray[Any]:
        path = self.folder / name
        # a file without a single value cannot be mapped
        return np.asarray(np.load(path, mmap_mode="r" if _has_values(path) else None))

    @cached_property
    def alive(self) -> NDArray[np.bool_] | None:
        """Which notes are not hidden, bool [notes]; None where all are there."""
        if self.gone is None:
            return None
        found = np.ones(self.record.notes, dtype=bool)
        found[self.gone] = False
        return found

    @property
    def note_count(self) -> int:
        """Notes that are not hidden."""
        return self.record.notes - (0 if self.gone is None else len(self.gone))

    @property
    def piece_count(self) -> int:
        """Pieces of notes that are not hidden."""
        gone = () if self.gone is None else self.gone
        return self.record.pieces - sum(int(self.first[row + 1] - self.first[row]) for row in gone)

    def pieces_of(self, note: int) -> NDArray[np.int32]:
        """Rows of the pieces of a note, in their order in the text."""
        return self.by_note[self.first[note] : self.first[note + 1]]

    def contents(self) -> Contents:
        """All of it, as it was written."""
        return Contents(self.notes, self.texts, self.pieces, self.vectors, self.words, self.lists)


def write_segment(
    root: Path, name: str, held: Contents, vectors: Iterator[NDArray[np.float32]] | None = None
) -> SegmentRecord:
    """Write a segment as a folder that is whole or absent; only its owner can read it.

    Parameters
    ----------
    root : Path
        The folder of the index.
    name : str
        Of the new folder.
    held : Contents
        What to write.
    vectors : iterator of float32 [some, d], optional
        Blocks of vectors, where those of `held` are not in their final order.
    """
    notes, pieces = held.notes.num_rows, len(held.pieces)
    by_note = np.lexsort((held.pieces[:, 1], held.pieces[:, 0])).astype(np.int32)
    first = np.searchsorted(held.pieces[by_note, 0], np.arange(notes + 1)).astype(np.int64)
    arrays: dict[str, NDArray[Any]] = {_PIECES: held.pieces, _BY_NOTE: by_note, _FIRST: first}
    arrays |= dict(zip(_WORDS, held.words, strict=True))
    if held.lists is not None:
        arrays |= {_CENTRES: held.lists.centres, _LISTS: held.lists.starts}
    with owner_only(), whole_folder(root / name) as scratch:
        _write_table(scratch / NOTES, held.notes)
        if held.texts is not None:
            _write_table(scratch / TEXTS, held.texts)
        for file, array in arrays.items():
            _write_array(scratch / file, array.shape, array.dtype, iter([array]))
        blocks = vectors or (held.vectors[start : start + _BLOCK] for start in range(0, pieces, _BLOCK))
        _write_array(scratch / VECTORS, held.vectors.shape, np.dtype(np.float32), blocks)
        files = {path.name: path.stat().st_size for path in sorted(scratch.iterdir())}
    return SegmentRecord(name=name, notes=notes, pieces=pieces, files=files)


def hide(root: Path, segment: Segment, rows: Sequence[int], change: int) -> SegmentRecord:
    """Write down which notes of a segment are hidden from now on, besides those that are already."""
    name = f"gone-{change:06}.npy"
    before = () if segment.gone is None else segment.gone
    both = np.unique(np.array([*before, *rows], dtype=np.int32))
    with owner_only():
        _write_array(root / segment.record.name / name, both.shape, both.dtype, iter([both]))
    return segment.record.model_copy(update={"gone": name})


def without(held: Contents, kept: NDArray[np.bool_], words: Words) -> tuple[Contents, NDArray[np.int64]]:
    """Contents without some notes, and the rows of the pieces that stay.

    Lists stay as they are, without what is gone: the centre of a list that lost a piece is the mean of the others, so
    that nothing of a note that was deleted is left in it.
    """
    stays = kept[held.pieces[:, 0]]
    rows = np.flatnonzero(stays)
    pieces = np.array(held.pieces[rows])
    pieces[:, 0] = (np.cumsum(kept, dtype=np.int32) - 1)[pieces[:, 0]]
    mask = pa.array(kept)
    texts = None if held.texts is None else held.texts.filter(mask)
    shorter = replace(held, notes=held.notes.filter(mask), texts=texts, pieces=pieces, words=words)
    return replace(shorter, lists=None if held.lists is None else _fewer(held, stays)), rows


def _fewer(held: Contents, stays: NDArray[np.bool_]) -> Lists | None:
    lists = held.lists
    if lists is None or not stays.any():
        return None
    sizes = np.add.reduceat(np.append(stays, False), lists.starts[:-1]) * (np.diff(lists.starts) > 0)
    centres = np.array(lists.centres)
    for place in np.flatnonzero((sizes > 0) & (sizes < np.diff(lists.starts))):
        own = slice(lists.starts[place], lists.starts[place + 1])
        mean = np.asarray(held.vectors[own])[stays[own]].mean(axis=0)
        centres[place] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    left = sizes > 0
    return Lists(centres[left], np.append(0, np.cumsum(sizes[left])).astype(np.int64))


def _table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write_table(path: Path, table: pa.Table) -> None:
    with path.open("wb") as handle:
        with pa.ipc.new_file(handle, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        handle.flush()
        os.fsync(handle.fileno())


def _write_array(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any], blocks: Iterator[NDArray[Any]]) -> None:
    """Write an array block by block: a full disk is an error here, where a mapped file would kill the process."""
    with path.open("wb") as handle:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(handle, header)
        for block in blocks:
            handle.write(np.ascontiguousarray(block, dtype=dtype).data)
        handle.flush()
        os.fsync(handle.fileno())


def _has_values(path: Path) -> bool:
    with path.open("rb") as handle:
        np.lib.format.read_magic(handle)
        shape, _, _ = np.lib.format.read_array_header_1_0(handle)
    return 0 not in shape


def _check(path: Path, size: int) -> None:
    if not path.is_file():
        if not path.parent.is_dir():
            raise FileNotFoundError(path)
        raise RunError("a file of the index is missing", where=path, fix=REMAKE)
    if path.stat().st_size != size:
        raise RunError("a file of the index is not whole", where=path, fix=REMAKE)
