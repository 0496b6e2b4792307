"""Which notes are most like a note or a text, by a model's vectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wardspace.core.errors import CorpusError
from wardspace.core.files import scratch_folder
from wardspace.corpus.note.clean import Cleaner
from wardspace.models import Encoder
from wardspace.models.unit_length import unit_length
from wardspace.study.commands.embed_file import embed_file
from wardspace.study.commands.own_columns import OwnColumns

VECTORS = {"note_id", "vector"}
"""Columns of a file that `embed` wrote."""
_ROWS = 65_536


class Hit(NamedTuple):
    """A note that was found."""

    note_id: str
    similarity: float
    """Cosine, from -1 to 1."""


def similar(
    encoder: Encoder,
    notes: OwnColumns,
    *,
    note_id: str | None = None,
    text: str | None = None,
    k: int = 10,
) -> list[Hit]:
    """Rank notes by the cosine of their vectors to that of a note or a text.

    Parameters
    ----------
    encoder : Encoder
        The model.
    notes : OwnColumns
        Where the notes are and how they are read; or a Parquet file of vectors that `embed` wrote with the same model,
        which saves embedding them again.
    note_id : str, optional
        The note to compare with; it is not among the hits itself.
    text : str, optional
        A text to compare with, in place of a note; it is cleaned as notes are.
    k : int
        Most hits.

    Returns
    -------
    list of Hit
        The most similar first; of equal ones the first in the source.

    Raises
    ------
    CorpusError
        For a fault of the source, or where there is no such note.
    ValueError
        If not exactly one of `note_id` and `text` is given.
    """
    if (note_id is None) == (text is None):
        raise ValueError("give note_id or text")
    text = None if text is None else Cleaner(notes.clean).clean(text).text
    path = Path(str(notes.source.path)).expanduser()
    if path.suffix == ".parquet" and path.is_file() and set(pq.read_schema(path).names) >= VECTORS:
        return _ranked(path, encoder, note_id, text, k)
    # vectors and ids alone are written, next to the notes' own folder of work and not in a shared one
    with scratch_folder(Path.cwd() / "similar") as scratch:
        vectors = scratch / "vectors.parquet"
        embed_file(
            encoder, notes.source, vectors, text=notes.text, note_id=notes.note_id, clean=notes.clean,
            missing=notes.missing,
        )  # fmt: skip
        return _ranked(vectors, encoder, note_id, text, k)


def _ranked(path: Path, encoder: Encoder, note_id: str | None, text: str | None, k: int) -> list[Hit]:
    asked = _vector_of(path, note_id) if text is None else encoder.encode([text], show_progress=False)[0]
    if len(asked) != _dimension(path):
        raise CorpusError(
            f"these vectors have {_dimension(path)} numbers, the model's have {len(asked)}",
            where=path,
            fix="give the model that they were made with, or the notes themselves",
        )
    query = unit_length(asked[None])[0]
    best: list[tuple[float, int, str]] = []
    place = 0
    for names, vectors in _batches(path):
        scores = (unit_length(vectors) @ query).tolist()
        found = [(-score, place + row, name) for row, (name, score) in enumerate(zip(names, scores, strict=True))]
        best = sorted([*best, *(one for one in found if one[2] != note_id)])[:k]
        place += len(names)
    return [Hit(name, -score) for score, _, name in best]


def _vector_of(path: Path, note_id: str | None) -> NDArray[np.float32]:
    for names, vectors in _batches(path):
        if note_id in names:
            found: NDArray[np.float32] = vectors[names.index(str(note_id))]
            return found
    raise CorpusError(f"there is no note {note_id!r}", where=path, fix="give the id of one of the notes, or --text")


def _dimension(path: Path) -> int:
    kind = pq.read_schema(path).field("vector").type
    return int(kind.list_size) if pa.types.is_fixed_size_list(kind) else 0


def _batches(path: Path) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=sorted(VECTORS)):
        names, column = batch.column("note_id").to_pylist(), batch.column("vector")
        flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
        yield names, flat.reshape(len(names), -1)
