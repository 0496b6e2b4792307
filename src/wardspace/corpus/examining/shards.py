"""Examined chunks kept on disk while a corpus is prepared, so that an interrupted preparation goes on from there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pyarrow as pa

from wardspace.core.errors import machine_faults
from wardspace.corpus.examining.chunks import Chunk, ExaminedChunk
from wardspace.corpus.examining.packing import packed, unpacked
from wardspace.corpus.examining.work import Work


class Shards:
    """A folder of examined chunks, one file each, named by what is in the chunk and by what was done to it.

    So a shard is used again where both are the same, whatever else has changed: rows may have been added after it, or
    the split may be another. The folder holds text of notes; it is gone once the corpus is written.

    Parameters
    ----------
    folder : Path
        Where shards lie; made when the first is written.
    identity : str
        Of the work (see `Work.identity`).
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder, self._identity = folder, identity

    def done(self, work: Work, chunk: Chunk) -> bytes:
        """A chunk after the work, as bytes: as it was kept, else worked on now and kept."""
        path = self.folder / f"{self._identity}-{chunk.digest()}"
        kept = path.read_bytes() if path.is_file() else b""
        if kept and _is_whole(kept):
            return kept
        outcome = packed(work.done(chunk))
        with machine_faults(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            scratch = path.with_name(f".{path.name}-{os.getpid()}")
            try:
                scratch.write_bytes(outcome)
                scratch.replace(path)
            finally:
                scratch.unlink(missing_ok=True)
        return outcome

    def examined(self, work: Work, chunk: Chunk) -> ExaminedChunk:
        """A chunk after the work."""
        return unpacked(self.done(work, chunk))

    def count(self) -> int:
        """Shards of this work that are kept."""
        return sum(1 for _ in self.folder.glob(f"{self._identity}-*")) if self.folder.is_dir() else 0

    def remove(self) -> None:
        """Remove all shards, those of other works too."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_whole(kept: bytes) -> bool:
    """Whether a shard can be read: a machine that lost power may leave one that cannot, and it is made again."""
    try:
        unpacked(kept)
    except (pa.ArrowInvalid, OSError):
        return False
    return True
