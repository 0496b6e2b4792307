"""Files without a row: one without a byte among others is no reason to stop; none with a row is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader, Row
from wardspace.corpus.rejects import Fault


class EmptyReader:
    """Reads an empty file.

    Parameters
    ----------
    file : SourceFile
        The file.
    """

    encoding: str | None = None
    size = 0

    def __init__(self, file: SourceFile) -> None:
        self.name, self.format = file.name, file.format
        self.warnings: list[str] = [f"{file.name}: the file is empty"]

    def rows(self) -> Iterator[Row]:
        """Yield what is wrong."""
        yield Row(1, None, Fault("empty file", "the file is empty"))

    def position(self) -> int:
        """Nothing is read."""
        return 0


def no_rows(readers: Sequence[Reader]) -> str:
    """What is wrong with sources of which none has a row."""
    tables = all(reader.format in ("csv", "tsv") for reader in readers)
    if len(readers) == 1:
        return "the file holds a header and no rows" if tables else "there is no note in it"
    return "the files hold headers and no rows" if tables else "there is no note in them"
