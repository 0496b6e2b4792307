"""Files of text: opened in the encoding that reads them, and read row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from wardspace.corpus.readers.encodings import encoding_of
from wardspace.corpus.readers.files import SourceFile, read_faults


class TextFile:
    """A text file that is read from its beginning to its end.

    Parameters
    ----------
    file : SourceFile
        The file.
    encoding : str
        Encoding, or `auto`.
    sample : bytes, optional
        The file's sample, where the caller has read it.

    Attributes
    ----------
    encoding : str
        The encoding that was chosen.
    warnings : list of str
        What is odd about it.

    Raises
    ------
    CorpusError
        If the encoding is wrong.
    """

    def __init__(self, file: SourceFile, encoding: str, sample: bytes | None = None) -> None:
        self.file, self.name, self.size = file, file.name, file.size
        self._raw: BinaryIO | None = None
        with read_faults(str(file.path)):
            chosen = encoding_of([file], encoding, file.sample() if sample is None else sample)
        self.encoding: str = chosen.name
        self.warnings = [chosen.warning] if chosen.warning else []

    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else 0

    @contextmanager
    def opened(self, newline: str) -> Iterator[tuple[TextIO, BinaryIO]]:
        """Open it as text, and the raw file; line breaks are as `newline` says to `open`."""
        with read_faults(str(self.file.path)), self.file.open_text(self.encoding, newline) as (handle, self._raw):
            yield handle, self._raw


def bounded_lines(handle: TextIO, most: int) -> Iterator[str | None]:
    """The lines of a file, each ending in LF; None in the place of one with more characters than `most`."""
    while line := handle.readline(most + 1):
        if len(line) > most and not line.endswith("\n"):
            while (rest := handle.readline(most + 1)) and not rest.endswith("\n"):
                pass
            yield None
        else:
            yield line
