"""A file without a byte, one among others: a row that cannot be read, not a reason to stop."""

from __future__ import annotations

from collections.abc import Iterator

from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Row
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
