"""What every engine does: read all files, and hand on what became of their rows, in the order of the source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from wardspace.corpus.processing.chunks import ExaminedChunk
from wardspace.corpus.processing.shards import Shards
from wardspace.corpus.processing.work import Work
from wardspace.corpus.readers import Reader


@dataclass(frozen=True)
class ChunkRead:
    """A chunk of a file was examined.

    Parameters
    ----------
    file : str
        Name of the file.
    chunk : ExaminedChunk
        Its rows.
    progress : int
        How much of the files' `size` was read since the event before.
    """

    file: str
    chunk: ExaminedChunk
    progress: int


@dataclass(frozen=True)
class SourceRead:
    """All files were read to their ends.

    Parameters
    ----------
    warnings : list of str
        What a reader of the results must know about how they were read.
    """

    warnings: list[str]


Event = ChunkRead | SourceRead


class Engine(Protocol):
    """Examines files."""

    def examined(self, readers: list[Reader], work: Work, shards: Shards) -> AbstractContextManager[Iterator[Event]]:
        """The chunks of all files in the order of the source, and its end.

        What comes out does not depend on the engine.

        Raises
        ------
        CorpusError
            For a fault of a file as a whole, or if a process dies again and again.
        """
