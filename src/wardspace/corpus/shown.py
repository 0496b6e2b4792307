"""A corpus of which some splits cannot be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from wardspace.corpus.corpus import Corpus
from wardspace.corpus.schema import SPLITS


class ShownCorpus(Corpus):
    """A corpus that gives the notes of some splits and none of the others, whatever is asked of it.

    Parameters
    ----------
    corpus : Corpus
        The whole corpus; tokens made of the part lie in its folder.
    shown : sequence of str
        The splits that can be read.
    """

    def __init__(self, corpus: Corpus, shown: Sequence[str]) -> None:
        super().__init__(corpus.folder, corpus.manifest)
        self._check(list(shown), list(SPLITS), "split")
        self.shown = tuple(shown)

    def batches(
        self,
        columns: Sequence[str] | None = None,
        splits: Sequence[str] | None = None,
        rows: int = 4096,
        *,
        parts: Sequence[str] | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Yield notes of the splits shown; see `Corpus.batches`."""
        asked = [split for split in self.shown if splits is None or split in splits]
        yield from super().batches(columns, asked, rows, parts=parts)
