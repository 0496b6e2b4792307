"""An index that is searched: by a vector, by words, or by both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.core.errors import RunError, WardspaceError
from wardspace.serve.index.filters import Filter, check_columns, passing
from wardspace.serve.index.fusion import WEIGHT, fused
from wardspace.serve.index.manifest import REMAKE, Manifest, ModelIdentity, read_manifest
from wardspace.serve.index.nearest import best_piece, exact_cosines, nearest
from wardspace.serve.index.segment import Segment
from wardspace.serve.index.words import bm25, words_of

DEPTH = 100
"""Notes that each way of searching brings in, at least, when both are put together."""
_TRIES = 20

Vector = NDArray[np.float32]


class Hit(NamedTuple):
    """A note that was found."""

    note_id: str
    score: float
    """What notes are ordered by: the cosine, BM25, or both put together."""
    start: int
    """First character of the piece that matched best."""
    end: int
    """The character after its last."""
    patient_id: str | None
    time: str | None
    metadata: Mapping[str, str | None]
    cosine: float | None
    """Of the vector and the nearest piece of the note; None without a vector."""
    words: float | None
    """BM25 of the words; None without words."""


class IndexAbout(NamedTuple):
    """What an index is."""

    name: str
    model: ModelIdentity
    dimension: int
    notes: int
    pieces: int
    metadata: tuple[str, ...]
    """Columns that can be filtered by, besides `note_id`, `patient_id` and `time`."""
    has_text: bool
    weight: float
    """Share of the vectors where a search names none."""
    version: int
    change: int
    """Grows with every change."""


class _State(NamedTuple):
    """An index as of one moment."""

    manifest: Manifest
    segments: tuple[Segment, ...]


class _Candidate(NamedTuple):
    segment: int
    note: int


class Index:
    """An index in a folder, mapped into memory; many threads may search it at once.

    It shows the state that it was opened in, also while another process changes the folder, until `reload`.

    Parameters
    ----------
    folder : Path
        What `wardspace index` wrote.

    Raises
    ------
    RunError
        If there is no index in the folder, or it is damaged or of another version.

    Examples
    --------
    >>> index = Index.open(Path("notes.index"))  # doctest: +SKIP
    >>> index.search(vector=encoder.encode(["shortness of breath"])[0], words="dyspnea")  # doctest: +SKIP
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._state = _opened(self.folder)

    @classmethod
    def open(cls, folder: Path, model: ModelIdentity | None = None) -> Index:
        """Open an index; with a model, refuse one that was made with another.

        Raises
        ------
        ModelError
            If the index was made with another model.
        """
        index = cls(folder)
        if model is not None:
            index.check_model(model)
        return index

    def check_model(self, model: ModelIdentity) -> None:
        """Refuse a model whose vectors the index does not hold; see `identity_of`."""
        self._state.manifest.check_model(model, self.folder)

    def reload(self) -> bool:
        """See what was changed since; searches that run go on with what they began with.

        Returns
        -------
        bool
            Whether anything was changed.
        """
        before = self._state
        if read_manifest(self.folder) == before.manifest:
            return False
        self._state = _opened(self.folder)
        return True

    @property
    def about(self) -> IndexAbout:
        """What the index is."""
        manifest, segments = self._state
        return IndexAbout(
            name=manifest.name,
            model=manifest.model,
            dimension=manifest.model.dimension,
            notes=sum(segment.note_count for segment in segments),
            pieces=sum(segment.piece_count for segment in segments),
            metadata=tuple(manifest.metadata),
            has_text=manifest.has_text,
            weight=WEIGHT if manifest.weight is None else manifest.weight,
            version=manifest.version,
            change=manifest.change,
        )

    def search(
        self,
        *,
        vector: Vector | None = None,
        words: str | None = None,
        limit: int = 10,
        weight: float | None = None,
        where: Mapping[str, Filter] | None = None,
        exclude: Collection[str] = (),
    ) -> list[Hit]:
        """Find the notes that are most like a vector, share words, or both.

        A note counts by its nearest piece, and by the words of all of it. With vector and words, each brings in its
        first `max(100, 2 · limit)` notes, and these are ordered by both scores (`fusion.fused`).

        Parameters
        ----------
        vector : float32 [d], optional
            Of a text; its length does not matter.
        words : str, optional
            Words to look for.
        limit : int
            Most notes to return.
        weight : float, optional
            Share of the vectors, in [0, 1]; by default that of the index.
        where : mapping of str to OneOf or Between, optional
            Conditions by column; a note must meet all.
        exclude : collection of str, optional
            Notes that must not be found, such as the one that is searched with.

        Returns
        -------
        list of Hit
            Best first; equal ones by the name of the note.

        Raises
        ------
        WardspaceError
            If there is neither vector nor words, the vector has another length than those of the index, or a condition
            names no column of it.
        """
        manifest, segments = self._state
        asked = None if vector is None else _unit(vector, manifest.model.dimension)
        if asked is None and words is None:
            raise WardspaceError("a search needs a vector or words", fix="give at least one of both")
        check_columns(where, manifest.metadata)
        allowed = [_allowed(segment, where, exclude) for segment in segments]
        scored = None if words is None else bm25([(one.words, one.alive) for one in segments], words)
        depth = limit if asked is None or scored is None else max(DEPTH, 2 * limit)
        found: set[_Candidate] = set()
        if asked is not None:
            found |= _near(segments, asked, depth, allowed)
        if scored is not None:
            found |= _worded(scored, depth, allowed)
        share = self.about.weight if weight is None else weight
        return _Ranking(segments, sorted(found), asked, scored, words=words, weight=share).hits(
            limit, manifest.metadata
        )

    def vector_of(self, note_id: str) -> Vector | None:
        """The mean of the vectors of a note's pieces, by their tokens, scaled to length one; None without the note."""
        place = _find(self._state.segments, note_id)
        if place is None:
            return None
        segment, note = place
        rows = segment.pieces_of(note)
        weights = np.maximum(segment.pieces[rows, 3], 1).astype(np.float32)
        mean = weights @ segment.vectors[rows]
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), dtype=np.float32)

    def text_of(self, note_id: str) -> str | None:
        """The text of a note; None where there is no such note or the index keeps no text."""
        place = _find(self._state.segments, note_id)
        if place is None or place[0].texts is None:
            return None
        text: str = place[0].texts["text"][place[1]].as_py()
        return text


class _Ranking:
    """Candidates of a search with both scores, in their final order."""

    def __init__(
        self,
        segments: tuple[Segment, ...],
        found: list[_Candidate],
        vector: Vector | None,
        scored: list[NDArray[np.float32]] | None,
        *,
        words: str | None,
        weight: float,
    ) -> None:
        self.segments, self.found, self.vector = segments, found, vector
        self.asked = frozenset(words_of(words or ""))
        self.cosines = None if vector is None else self._cosines(vector)
        self.words = None if scored is None else np.array([scored[one][note] for one, note in found], dtype=np.float32)
        if self.cosines is not None and self.words is not None:
            self.scores = fused(self.cosines, self.words, weight)
        else:
            self.scores = self.cosines if self.cosines is not None else np.asarray(self.words)

    def _cosines(self, vector: Vector) -> NDArray[np.float32]:
        """Of all candidates, whichever way they were found."""
        parts = []
        for number, segment in enumerate(self.segments):
            own = np.array([note for one, note in self.found if one == number], dtype=np.int64)
            parts.append(exact_cosines(segment, own, vector))
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.float32)

    def hits(self, limit: int, metadata: list[str]) -> list[Hit]:
        """The best ones."""
        ids = [self.segments[one].notes["note_id"][note].as_py() for one, note in self.found]
        order = sorted(range(len(ids)), key=lambda place: (-float(self.scores[place]), ids[place]))[:limit]
        return [self._hit(place, ids[place], metadata) for place in order]

    def _hit(self, place: int, note_id: str, metadata: list[str]) -> Hit:
        number, note = self.found[place]
        segment = self.segments[number]
        row = segment.notes.slice(note, 1).to_pylist()[0]
        start, end = segment.pieces[self._piece(segment, note), 1:3].tolist()
        return Hit(
            note_id=note_id,
            score=float(self.scores[place]),
            start=start,
            end=end,
            patient_id=row["patient_id"],
            time=row["time"],
            metadata={name: row[name] for name in metadata},
            cosine=None if self.cosines is None else float(self.cosines[place]),
            words=None if self.words is None else float(self.words[place]),
        )

    def _piece(self, segment: Segment, note: int) -> int:
        """The piece to show: the nearest; without a vector the first that has most of the words, if there is text."""
        if self.vector is not None:
            return best_piece(segment, note, self.vector)
        rows = segment.pieces_of(note)
        if segment.texts is None or len(rows) == 1:
            return int(rows[0])
        text = segment.texts["text"][note].as_py()
        shared = [len(self.asked.intersection(words_of(text[slice(*segment.pieces[row, 1:3])]))) for row in rows]
        return int(rows[int(np.argmax(shared))])


def _opened(folder: Path) -> _State:
    """The newest state; a change that comes between the manifest and the files is no fault."""
    manifest = read_manifest(folder)
    for _ in range(_TRIES):
        try:
            return _State(manifest, tuple(Segment(folder / one.name, one) for one in manifest.segments))
        except FileNotFoundError as error:
            newer = read_manifest(folder)
            if newer == manifest:
                raise RunError("a segment of the index is missing", where=error.args[0], fix=REMAKE) from error
            manifest = newer
    raise RunError("the index changes faster than it can be opened", where=folder, fix="try again")


def _unit(vector: Vector, dimension: int) -> Vector:
    asked = np.asarray(vector, dtype=np.float32)
    if asked.shape != (dimension,):
        raise WardspaceError(
            f"a vector of shape {asked.shape}, where the index has vectors of {dimension}",
            fix="embed the query with the model of the index",
        )
    return np.asarray(asked / max(float(np.linalg.norm(asked)), 1e-12), dtype=np.float32)


def _allowed(
    segment: Segment, where: Mapping[str, Filter] | None, exclude: Collection[str]
) -> NDArray[np.bool_] | None:
    passes = passing(segment.notes, where, exclude)
    if passes is None or segment.alive is None:
        return segment.alive if passes is None else passes
    return passes & segment.alive


def _near(
    segments: tuple[Segment, ...], vector: Vector, depth: int, allowed: list[NDArray[np.bool_] | None]
) -> set[_Candidate]:
    found = [nearest(segment, vector, depth, own) for segment, own in zip(segments, allowed, strict=True)]
    numbers = np.repeat(np.arange(len(found)), [len(one.notes) for one in found])
    if not len(numbers):
        return set()
    notes, cosines = (np.concatenate([one[field] for one in found]) for field in (0, 1))
    return _first(numbers, notes, cosines, depth)


def _worded(scored: list[NDArray[np.float32]], depth: int, allowed: list[NDArray[np.bool_] | None]) -> set[_Candidate]:
    some = [
        np.flatnonzero(one > 0 if own is None else own & (one > 0)) for one, own in zip(scored, allowed, strict=True)
    ]
    numbers = np.repeat(np.arange(len(some)), [len(one) for one in some])
    if not len(numbers):
        return set()
    scores = np.concatenate([one[own] for one, own in zip(scored, some, strict=True)])
    return _first(numbers, np.concatenate(some), scores, depth)


def _first(
    numbers: NDArray[np.int64], notes: NDArray[np.int64], scores: NDArray[np.float32], depth: int
) -> set[_Candidate]:
    """The best so many, and all that are as good as the last of them: which of these come first depends on names."""
    if len(scores) > depth:
        bound = np.partition(scores, len(scores) - depth)[len(scores) - depth]
        kept = scores >= bound
        numbers, notes = numbers[kept], notes[kept]
    return {_Candidate(int(number), int(note)) for number, note in zip(numbers, notes, strict=True)}


def _find(segments: tuple[Segment, ...], note_id: str) -> tuple[Segment, int] | None:
    for segment in segments:
        row = pc.index(segment.notes["note_id"], pa.scalar(note_id, pa.string())).as_py()
        while row >= 0 and segment.alive is not None and not segment.alive[row]:
            later = pc.index(segment.notes["note_id"].slice(row + 1), pa.scalar(note_id, pa.string())).as_py()
            row = -1 if later < 0 else row + 1 + later
        if row >= 0:
            return segment, row
    return None
