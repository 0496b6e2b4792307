"""CSV and TSV by the standard library's reader: it alone keeps line numbers, NULs and undecodable bytes row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from wardspace.corpus.note.encoding import MARK
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.csv.lines import LONGEST_ROW
from wardspace.corpus.readers.csv.rows import CsvRows
from wardspace.corpus.readers.files import SourceFile, TextFile, read_faults
from wardspace.corpus.readers.row import Row

_LONGEST_HEADER = 2**18
_DELIMITERS = (",", ";", "|", "\t")


class DelimitedReader(TextFile):
    """Reads one CSV or TSV file.

    Quoting is that of RFC 4180: line breaks, delimiters and doubled quotes may be in a quoted field. CR, LF and
    CR LF each end a line. A CSV file may also be parted by `;` or `|`, told by which of them yields the columns needed
    and most columns.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding, or `auto`.
    any_case : bool
        Take a column whose name differs in case only, as formats with published names need it.

    Raises
    ------
    CorpusError
        If a column is missing or the encoding is wrong.
    """

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str, *, any_case: bool = False) -> None:
        with read_faults(str(file.path)):
            sample = file.sample()
            if file.gzipped and not (b"\n" in sample or b"\r" in sample):
                _read_through(file)  # a header that is cut must not pass for one
        super().__init__(file, encoding, sample)
        self.format = file.format
        self._any_case = any_case
        self._delimiter, self._header, stored = self._read_header(sample, needed)
        self._picked = [self._header.index(name) for name in stored]

    @property
    def columns(self) -> list[str]:
        """All columns of the file."""
        return list(self._header)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; one with broken quotes or a wrong number of fields is a fault, as is damage to the file."""
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_ROW))
        rows = CsvRows(self.name, self._delimiter, len(self._header))
        with self.opened("") as (handle, raw):
            for number, found in rows.read(handle, raw):
                if isinstance(found, Fault):
                    yield Row(number, None, found)
                else:
                    yield Row(number, tuple([found[i] for i in self._picked]))
        self.warnings.extend(rows.warnings)

    def _read_header(self, sample: bytes, needed: tuple[str, ...]) -> tuple[str, list[str], tuple[str, ...]]:
        head = sample.decode(self.encoding, MARK)[:_LONGEST_HEADER]
        delimiters = _DELIMITERS if self.file.format == "csv" else ("\t",)
        headers = {sign: _first_row(head, sign) for sign in delimiters}
        wanted = {sign: stored_names(header, needed) if self._any_case else needed for sign, header in headers.items()}
        fitting = [sign for sign, header in headers.items() if set(wanted[sign]) <= set(header)]
        delimiter = max(fitting or headers, key=lambda sign: len(headers[sign]))
        check_columns(headers[delimiter], wanted[delimiter], self.name, first_line=True)
        return delimiter, headers[delimiter], wanted[delimiter]


def _read_through(file: SourceFile) -> None:
    with file.open() as (handle, _):
        while handle.read(1 << 20):
            pass


def _first_row(head: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(head.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    try:
        return next((row for row in rows if row), [])
    except csv.Error:
        return []
