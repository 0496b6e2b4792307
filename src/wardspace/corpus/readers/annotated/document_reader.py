"""What readers of annotated sets share: documents one after the other, from one text file each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, TextIO

from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.damage import DAMAGE, damage_of, damage_warning
from wardspace.corpus.readers.files import SourceFile, TextFile
from wardspace.corpus.readers.row import Row

Document = dict[str, Any] | Fault
"""Values by column, or why there are none."""


class DocumentReader(TextFile, ABC):
    """Reads the documents of one text file.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding, or `auto`.

    Raises
    ------
    CorpusError
        If there is no such column, or the encoding is wrong.
    """

    format: str
    columns: tuple[str, ...]
    undivided = False
    """Whether a part of the file says nothing, so that one that is cut short cannot be read."""

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str) -> None:
        check_columns(self.columns, needed, file.name)
        super().__init__(file, encoding)
        self._needed = needed
        self._read = 0

    def rows(self) -> Iterator[Row]:
        """Yield one row a document, by the number of its first line."""
        # line breaks as they are: offsets count them
        with self.opened("\n") as (handle, raw):
            self._read = 0
            try:
                for number, found in self.documents(self._counted(handle)):
                    if isinstance(found, Fault):
                        yield Row(number, None, found)
                    else:
                        yield Row(number, tuple([found[name] for name in self._needed]))
            except DAMAGE as error:
                if self.undivided or not self._read:
                    raise
                # a document is given once the line behind it is read: the one that is cut was not given
                fault = damage_of(error, raw)
                self.warnings.append(damage_warning(self.name, self._read + 1, fault))
                yield Row(self._read + 1, None, fault)

    def _counted(self, handle: TextIO) -> Iterator[str]:
        for line in handle:
            self._read += 1
            yield line

    @abstractmethod
    def documents(self, lines: Iterator[str]) -> Iterator[tuple[int, Document]]:
        """The documents with the line, from 1, that each begins at."""
