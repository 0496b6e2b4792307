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

    def examined(self, work: Work, chunk: Chunk) -> ExaminedChunk:
        """A chunk after the work: as it was kept, else worked on now and kept."""
        path = self._path(chunk)
        known = _read(path)
        if known is not None:
            return known[1]
        outcome = work.done(chunk)
        self._keep(path, packed(outcome))
        return outcome

    def done(self, work: Work, chunk: Chunk) -> bytes:
        """The same as bytes (see `packing`)."""
        path = self._path(chunk)
        known = _read(path)
        if known is not None:
            return known[0]
        content = packed(work.done(chunk))
        self._keep(path, content)
        return content

    def _path(self, chunk: Chunk) -> Path:
        return self.folder / f"{self._identity}-{chunk.digest()}"

    def _keep(self, path: Path, content: bytes) -> None:
        with machine_faults(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            scratch = path.with_name(f".{path.name}-{os.getpid()}")
            try:
                scratch.write_bytes(content)
                scratch.replace(path)
            finally:
                scratch.unlink(missing_ok=True)

    def count(self) -> int:
        """Shards of this work that are kept."""
        return sum(1 for _ in self.folder.glob(f"{self._identity}-*")) if self.folder.is_dir() else 0

    def remove(self) -> None:
        """Remove all shards, those of other works too."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(path: Path) -> tuple[bytes, ExaminedChunk] | None:
    """A shard as it is kept and as what it says; None where there is none.

    One that cannot be read is none: a machine that lost its power may leave such.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    try:
        return content, unpacked(content)
    except (pa.ArrowInvalid, OSError):
        return None
