"""Everything that is done to a chunk of rows by itself: what comes out depends on nothing but the chunk."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.core.files import digest
from wardspace.core.version import __version__
from wardspace.corpus.duplicates.sketching import Sketcher
from wardspace.corpus.note.examiner import Examiner
from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.statistics import TokenCounter
from wardspace.corpus.processing.chunks import Chunk, Examined, ExaminedChunk


@dataclass(frozen=True)
class Work:
    """What to do to each chunk; other processes are given a copy.

    Parameters
    ----------
    examiner : Examiner
        Checks and cleans.
    sketcher : Sketcher or None
        Sketches notes, where near-duplicates are looked for.
    tokens : TokenCounter or None
        Counts tokens.
    """

    examiner: Examiner
    sketcher: Sketcher | None = None
    tokens: TokenCounter | None = None

    def identity(self) -> str:
        """A digest of everything but the chunk that the outcome depends on."""
        return digest(
            {
                "wardspace": __version__,
                "examiner": self.examiner.identity(),
                "shingle": self.sketcher.shingle if self.sketcher else None,
                "tokens": self.tokens.identity if self.tokens else None,
            }
        )

    def done(self, chunk: Chunk) -> ExaminedChunk:
        """Examine the rows of a chunk, and measure the notes among them."""
        examiner = self.examiner
        examiner.span_types = {name: SpanTypes() for name in examiner.span_types}
        examiner.spans_dropped, examiner.mending = 0, MendingTally()
        rows = [Examined(row.number, examiner.examine(chunk.file, row)) for row in chunk.rows]
        return ExaminedChunk(self._measured(rows), examiner.span_types, examiner.spans_dropped, examiner.mending)

    def _measured(self, rows: list[Examined]) -> list[Examined]:
        texts = [row.found.text for row in rows if isinstance(row.found, Note)]
        counts = iter(self.tokens(texts) if self.tokens else [None] * len(texts))
        sketches = iter(self.sketcher.sketched(texts) if self.sketcher else [None] * len(texts))
        return [
            Examined(row.number, row.found._replace(tokens=next(counts), sketch=next(sketches)))
            if isinstance(row.found, Note)
            else row
            for row in rows
        ]
