"""Rows checked, cleaned and measured, chunk by chunk: in this process, in several, or on many machines."""

from __future__ import annotations

from wardspace.corpus.processing.chunks import Chunk, Examined, ExaminedChunk
from wardspace.corpus.processing.distributed import RayEngine
from wardspace.corpus.processing.engine import ChunkRead, Engine, SourceRead
from wardspace.corpus.processing.local import LocalEngine, cores
from wardspace.corpus.processing.shards import Shards
from wardspace.corpus.processing.work import Work

__all__ = [
    "Chunk",
    "ChunkRead",
    "Engine",
    "Examined",
    "ExaminedChunk",
    "LocalEngine",
    "RayEngine",
    "Shards",
    "SourceRead",
    "Work",
    "cores",
]
