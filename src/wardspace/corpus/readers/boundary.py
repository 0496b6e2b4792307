"""One boundary for faults: whatever a reader raises on one row or document costs that one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import DAMAGED, Fault
from wardspace.corpus.readers.row import Reader, Row

FAULTS = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError)
"""What is raised where a value is not of the shape that its format says: `UnicodeError`, `json.JSONDecodeError` and
Arrow's own errors are among them. Faults of the machine (`OSError`, `MemoryError`) are not."""

T = TypeVar("T")


def guarded(kind: str, read: Callable[[], T], reason: str = "it is not shaped as its format says") -> T | Fault:
    """What `read` gives, or a fault where it raises one of `FAULTS`.

    Parameters
    ----------
    kind : str
        The sort of fault.
    read : function
        Reads one row or document.
    reason : str
        The fault in words: those of the error may quote the note.
    """
    try:
        return read()
    except FAULTS:
        return Fault(kind, reason)


class GuardedReader:
    """Reads a file through another reader; a fault that this lets through ends the file and not the run.

    Parameters
    ----------
    reader : Reader
        The reader of the file.
    """

    def __init__(self, reader: Reader) -> None:
        self._inner = reader
        self.name, self.format, self.size, self.encoding = reader.name, reader.format, reader.size, reader.encoding
        self._stopped: list[str] = []

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results must know about how this file was read."""
        return [*self._inner.warnings, *self._stopped]

    def position(self) -> int:
        """How much of `size` is read."""
        return self._inner.position()

    def rows(self) -> Iterator[Row]:
        """Yield the rows, and in the place of the first that cannot be read what stopped the reading.

        Raises
        ------
        CorpusError
            If nothing can be read.
        """
        number = 0
        try:
            for row in self._inner.rows():
                number = row.number
                yield row
        except FAULTS as error:
            if not number:
                raise unreadable(self.format, self.name) from error
            fault = Fault(DAMAGED, f"reading stopped behind row {number} ({type(error).__name__})")
            self._stopped = [f"{self.name}: {fault.reason}; what stood there is missing"]
            yield Row(number + 1, None, fault)


@contextmanager
def whole_faults(format_: str, where: str) -> Iterator[None]:
    """Tell `FAULTS` of a source that is being opened as a `CorpusError`."""
    try:
        yield
    except FAULTS as error:
        raise unreadable(format_, where) from error


def unreadable(format_: str, where: str) -> CorpusError:
    """Nothing of a file can be read."""
    return CorpusError(
        f"this cannot be read as {format_}", where=where, fix="see to corpus.source.format, or export the file again"
    )
