"""Notes and vectors made up for indexes, without a model."""

from __future__ import annotations

import numpy as np

from wardspace.core.seeds import generator
from wardspace.models.pieces import Pieces
from wardspace.serve.index import ModelIdentity
from wardspace.serve.index.writer import IndexNote, IndexOptions, IndexWriter

DIMENSION = 16
MODEL = ModelIdentity(name="m", weights="0" * 64, pooling="mean", window=8, overlap=0.0, dimension=DIMENSION)
OPTIONS = IndexOptions(metadata=("ward",), keep_text=True)


def vectors_of(text: str) -> Pieces:
    """One piece for each line of a text; equal lines have equal vectors."""
    offsets, start = [], 0
    for line in text.split("\n"):
        offsets.append((start, start + len(line)))
        start += len(line) + 1
    vectors = np.stack([vector(text[first:last]) for first, last in offsets])
    tokens = np.array([max(1, len(text[first:last].split())) for first, last in offsets], dtype=np.int32)
    return Pieces(vectors, np.array(offsets, dtype=np.int32), tokens)


def vector(line: str) -> np.ndarray:
    found = generator("made", line).standard_normal(DIMENSION).astype(np.float32)
    return found / np.linalg.norm(found)


def note(name, text, patient="p", time="2024-01-01", ward="a"):
    return IndexNote(name, text, patient, time, {"ward": ward})


def add(writer: IndexWriter, *notes: IndexNote) -> None:
    writer.add(notes, [vectors_of(one.text) for one in notes])


def write(folder, *notes, options=OPTIONS):
    """An index of some notes."""
    with IndexWriter.open(folder, MODEL, options) as writer:
        add(writer, *notes)
        writer.finish()
    return folder
