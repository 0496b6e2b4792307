"""Segments written anew: several as one, without what is hidden, sorted into lists where there are many pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.serve.index.lists import EXACT, Lists, assign, list_starts, train
from wardspace.serve.index.manifest import SegmentRecord
from wardspace.serve.index.segment import Contents, Segment, without, write_segment
from wardspace.serve.index.words import merge_words

_BLOCK = 1 << 15
_FEW = 8
"""Segments that may lie side by side, small ones that are merged with each other not counted."""


def to_merge(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Which segments are to be written anew, and which of these together.

    Small ones become one; all become one where they are many, or where the small ones hold a quarter of all pieces.
    """
    small = [segment for segment in segments if segment.lists is None]
    large = [segment for segment in segments if segment.lists is not None]
    pieces = sum(segment.piece_count for segment in segments)
    if large and (len(large) > _FEW or 4 * sum(segment.piece_count for segment in small) >= pieces):
        return [list(segments)] if len(segments) > 1 or large[0].gone is not None else []
    groups = [[segment] for segment in large if segment.gone is not None]
    alone = len(small) == 1 and small[0].gone is None and small[0].record.pieces <= EXACT
    return groups if not small or alone else [*groups, small]


def write_merged(root: Path, name: str, segments: Sequence[Segment]) -> SegmentRecord | None:
    """Write segments as one, without their hidden notes; None where no note is left."""
    kept = [np.ones(one.record.notes, dtype=bool) if one.alive is None else one.alive for one in segments]
    if not any(own.any() for own in kept):
        return None
    if len(segments) == 1 and segments[0].lists is not None:
        return _shortened(root, name, segments[0], kept[0])
    whole = _together(segments, kept)
    if len(whole.pieces) <= EXACT:
        return write_segment(root, name, whole)
    centres = train(whole.vectors)
    assigned = assign(whole.vectors, centres)
    order = np.argsort(assigned, kind="stable")
    listed = replace(whole, pieces=whole.pieces[order], lists=Lists(centres, list_starts(assigned, len(centres))))
    return write_segment(root, name, listed, _blocks(whole.vectors, order))


def _shortened(root: Path, name: str, segment: Segment, kept: NDArray[np.bool_]) -> SegmentRecord:
    """A segment with lists without some notes: nothing is trained or sorted again."""
    held, rows = without(segment.contents(), kept, merge_words([(segment.words, kept)]))
    sized = replace(held, vectors=np.broadcast_to(np.float32(0), (len(rows), segment.vectors.shape[1])))
    return write_segment(root, name, sized, _blocks(segment.vectors, rows))


def _together(segments: Sequence[Segment], kept: Sequence[NDArray[np.bool_]]) -> Contents:
    parts = []
    done = 0
    words = merge_words([(segment.words, own) for segment, own in zip(segments, kept, strict=True)])
    for segment, own in zip(segments, kept, strict=True):
        held, rows = without(replace(segment.contents(), lists=None), own, words)
        pieces = held.pieces.copy()
        pieces[:, 0] += done
        done += held.notes.num_rows
        parts.append(replace(held, pieces=pieces, vectors=segment.vectors[rows]))
    texts = [part.texts for part in parts if part.texts is not None]
    return Contents(
        notes=pa.concat_tables([part.notes for part in parts]),
        texts=pa.concat_tables(texts) if texts else None,
        pieces=np.concatenate([part.pieces for part in parts]),
        vectors=np.concatenate([part.vectors for part in parts]),
        words=words,
    )


def _blocks(vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(rows), _BLOCK):
        yield vectors[rows[start : start + _BLOCK]]
