"""CSV and TSV by the standard library's reader: it alone keeps line numbers, NULs and undecodable bytes row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from wardspace.config.corpus.source import Quotes
from wardspace.corpus.note.encoding import MARK
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.csv.dialect import Dialect, escapes_by_backslash, first_row, fit, newline_of
from wardspace.corpus.readers.csv.rows import CsvRows
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.row import Row
from wardspace.corpus.readers.text_file import TextFile

_LONGEST_HEADER = 2**18
_DELIMITERS = (",", ";", "|", "\t")


class DelimitedReader(TextFile):
    r"""Reads one CSV or TSV file.

    Quoting is that of RFC 4180: line breaks, delimiters and doubled quotes may be in a quoted field. Where more rows
    fit so, a backslash escapes quotes, delimiters and line breaks, as in exports of MySQL and Spark. Lines end in LF or
    CR LF, and a CR within one is text; in a file whose first line ends in CR, each of the three ends a line. A CSV file
    may also be parted by `;`, `|` or tabs, told by which of them yields most of the columns needed and most columns.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding, or `auto`.
    delimiter : str, optional
        What parts the fields; by default recognised, or a tab in TSV.
    quotes : str
        How quotes within quoted fields are written: `doubled`, `backslash`, or `auto`.
    any_case : bool
        Take a column whose name differs in case only, as formats with published names need it.

    Raises
    ------
    CorpusError
        If a column is missing or the encoding is wrong.
    """

    def __init__(
        self,
        file: SourceFile,
        needed: tuple[str, ...],
        encoding: str,
        *,
        delimiter: str | None = None,
        quotes: Quotes = "auto",
        any_case: bool = False,
    ) -> None:
        with read_faults(str(file.path)):
            sample = file.sample()
            if file.gzipped and not (b"\n" in sample or b"\r" in sample):
                _read_through(file)  # a header that is cut must not pass for one
        super().__init__(file, encoding, sample)
        self.format = file.format
        text = sample.decode(self.encoding, MARK)
        self._dialect, self._header, stored = self._recognised(text[:_LONGEST_HEADER], needed, delimiter, any_case)
        check_columns(self._header, stored, self.name, first_line=True)
        if quotes == "backslash" or (quotes == "auto" and escapes_by_backslash(text, self._dialect, self._sound)):
            self._dialect = self._dialect._replace(backslash=True)
        self._picked = [self._header.index(name) for name in stored]

    @property
    def columns(self) -> list[str]:
        """All columns of the file."""
        return list(self._header)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; one with broken quotes or a wrong number of fields is a fault, as is damage to the file."""
        longest = self.file.limits.row_characters
        csv.field_size_limit(max(csv.field_size_limit(), longest))
        rows = CsvRows(self.name, self._dialect, len(self._header), longest)
        with self.opened(self._dialect.newline) as (handle, raw):
            for number, found in rows.read(handle, raw):
                if isinstance(found, Fault):
                    yield Row(number, None, found)
                else:
                    yield Row(number, tuple([found[i] for i in self._picked]))
        self.warnings.extend(rows.warnings)

    def _recognised(
        self, head: str, needed: tuple[str, ...], delimiter: str | None, any_case: bool
    ) -> tuple[Dialect, list[str], tuple[str, ...]]:
        """The dialect under which the header fits best, with the header and the columns as they are named there."""
        known = _DELIMITERS if self.file.format == "csv" else ("\t",)
        newline = newline_of(head)
        found = []
        for sign in (delimiter,) if delimiter else known:
            dialect = Dialect(sign, newline)
            header = first_row(head, dialect)
            found.append((dialect, header, stored_names(header, needed) if any_case else needed))
        return max(found, key=lambda one: fit(one[1], one[2]))

    def _sound(self, sample: str, dialect: Dialect) -> int:
        """How many more rows of a sample have sound quotes and as many fields as the header than do not."""
        rows = CsvRows(self.name, dialect, len(self._header), _LONGEST_HEADER)
        read = rows.read(io.StringIO(sample, newline=dialect.newline), io.BytesIO())
        return sum(-1 if isinstance(found, Fault) else 1 for _, found in read)


def _read_through(file: SourceFile) -> None:
    with file.open() as (handle, _):
        while handle.read(1 << 20):
            pass
