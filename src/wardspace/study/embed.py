"""Vectors of every note of a corpus, written as they come."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap

from wardspace.core.errors import machine_faults
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.encoders import Encoder

ROWS = 4096
"""Notes encoded between two writes: enough to sort by length within, few enough to hold in memory."""


def embed(corpus: Corpus, encoder: Encoder, path: Path, *, title: str, show_progress: bool = True) -> dict[str, Any]:
    """Write the vectors of all notes.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    encoder : Encoder
        The model.
    path : Path
        A `.npy` file of float32 [notes, dimension], in the order of the corpus.
    title : str
        What the progress bar says.
    show_progress : bool
        Show a bar.

    Returns
    -------
    dict
        `seconds`, `dimension`, `parameters`.
    """
    start = time.perf_counter()
    total = corpus.manifest.counts["notes"]
    scratch = path.with_suffix(".part")
    with machine_faults(path), progress(title, total, show=show_progress) as advance:
        path.parent.mkdir(parents=True, exist_ok=True)
        vectors = open_memmap(scratch, mode="w+", dtype=np.float32, shape=(total, encoder.dimension))
        row = 0
        for batch in corpus.batches(["text"], rows=ROWS):
            texts = batch.column("text").to_pylist()
            vectors[row : row + len(texts)] = encoder.encode(texts, show_progress=False)
            row += len(texts)
            advance(len(texts))
        vectors.flush()
        scratch.replace(path)
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "dimension": encoder.dimension,
        "parameters": sum(parameter.numel() for parameter in encoder.model.parameters()),
    }
