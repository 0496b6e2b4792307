"""Rows checked, cleaned and measured, chunk by chunk: in this process, in several, or on many machines."""

from __future__ import annotations

from wardspace.corpus.examining.chunks import Chunk, Examined, ExaminedChunk
from wardspace.corpus.examining.distributed import RayEngine
from wardspace.corpus.examining.engine import ChunkRead, Engine, SourceRead
from wardspace.corpus.examining.local import LocalEngine, cores
from wardspace.corpus.examining.shards import Shards
from wardspace.corpus.examining.work import Work

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
