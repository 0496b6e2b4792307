"""What readers of annotated sets share: documents one after the other, from one text file each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from wardspace.corpus.prepare.rejects import TOO_LONG, Fault
from wardspace.corpus.readers.boundary import guarded
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.damage import DAMAGE, damage_of, damage_warning
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Row
from wardspace.corpus.readers.text_file import TextFile, bounded_lines

MENDING = "wardspace:mending"
"""Key of what was done to the mentions of a document (`Row.mending`)."""
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
    title: str
    """The format's name for people."""
    columns: tuple[str, ...]

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str) -> None:
        check_columns(self.columns, needed, file.name)
        super().__init__(file, encoding)
        self._needed = needed
        self._read = 0
        self._kind = f"malformed {self.title}"

    def rows(self) -> Iterator[Row]:
        """Yield one row a document, by the number of its first line."""
        # line breaks as they are: offsets count them
        with self.opened("\n") as (handle, raw):
            self._read = 0
            try:
                for number, read in self.documents(handle):
                    found = guarded(self._kind, read)
                    if isinstance(found, Fault):
                        yield Row(number, None, found)
                    else:
                        yield Row(number, tuple([found[name] for name in self._needed]), None, found.get(MENDING))
            except DAMAGE as error:
                if not self._read:
                    raise
                # a document is given once the line behind it is read: the one that is cut was not given
                fault = damage_of(error, raw)
                self.warnings.append(damage_warning(self.name, self._read + 1, fault))
                yield Row(self._read + 1, None, fault)

    def lines(self, handle: TextIO) -> Iterator[str | Fault]:
        """The lines without their ends, or the fault of one that is too long."""
        for line in bounded_lines(handle, self.file.limits.row_characters):
            self._read += 1
            yield self.too_long() if line is None else line.rstrip("\r\n")

    def too_long(self) -> Fault:
        """The fault of a document that is too long."""
        most = self.file.limits.row_characters
        return Fault(TOO_LONG, f"longer than {most} characters (corpus.source.limits.row_characters)")

    def malformed(self, reason: str) -> Fault:
        """A fault of a document."""
        return Fault(self._kind, reason)

    @abstractmethod
    def documents(self, handle: TextIO) -> Iterator[tuple[int, Callable[[], Document]]]:
        """The documents, each with the line, from 1, that it begins at, and what reads it."""
