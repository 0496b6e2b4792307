"""Vectors of every note of a corpus, written as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from wardspace.config import EncoderConfig, EngineConfig
from wardspace.core.errors import machine_faults
from wardspace.core.progress import progress
from wardspace.corpus import Corpus
from wardspace.encoders import Encoder
from wardspace.study.embed_distributed import distributed_vectors

ROWS = 4096
"""Notes encoded between two writes: enough to sort by length within, few enough to hold in memory."""


def embed(
    corpus: Corpus,
    source: str,
    config: EncoderConfig,
    path: Path,
    *,
    engine: EngineConfig,
    title: str,
    show_progress: bool = True,
) -> dict[str, Any]:
    """Write the vectors of all notes.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    source : str
        The model, as `Encoder.load` takes it.
    config : EncoderConfig
        How a note becomes a vector.
    path : Path
        A `.npy` file of float32 [notes, dimension], in the order of the corpus.
    engine : EngineConfig
        Who embeds; the vectors do not depend on it.
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
    encoder = Encoder.load(source, config)
    total = corpus.manifest.counts["notes"]
    scratch = path.with_suffix(".part")
    with machine_faults(path), progress(title, total, show=show_progress) as advance:
        path.parent.mkdir(parents=True, exist_ok=True)
        vectors = open_memmap(scratch, mode="w+", dtype=np.float32, shape=(total, encoder.dimension))
        row = 0
        for some in _vectors(corpus, encoder, source, config, engine):
            vectors[row : row + len(some)] = some
            row += len(some)
            advance(len(some))
        vectors.flush()
        scratch.replace(path)
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "dimension": encoder.dimension,
        "parameters": sum(parameter.numel() for parameter in encoder.model.parameters()),
    }


def _vectors(
    corpus: Corpus, encoder: Encoder, source: str, config: EncoderConfig, engine: EngineConfig
) -> Iterator[NDArray[np.float32]]:
    if engine.kind == "ray":
        yield from distributed_vectors(corpus, source, config, engine, ROWS)
        return
    for batch in corpus.batches(["text"], rows=ROWS):
        yield encoder.encode(batch.column("text").to_pylist(), show_progress=False)
