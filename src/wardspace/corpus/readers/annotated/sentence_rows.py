"""Tables with one sentence a row: the rows of a document, which lie next to each other, are one note."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import EMPTY, NO_ID, TOO_LONG, Fault
from wardspace.corpus.readers.columns import MissingColumnsError
from wardspace.corpus.readers.csv.reader import DelimitedReader
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Row

SENTENCE_COLUMNS = ColumnsConfig(
    note_id="document_id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["sentences"]
)
"""What the columns mean where a study does not say."""
_DOCUMENT = ("document_id", "doc_id", "note_id")
_TEXT = ("text", "sentence")
_LABELS = ("labels", "label")
_MADE = ("document_id", "text", "sentences")


class SentenceRowsReader:
    """Reads one CSV or TSV file; every document is a note whose sentences are its lines.

    The column of the document is `document_id`, `doc_id` or `note_id`, that of the sentence `text` or (without one)
    `sentence`, that of its labels `labels` or `label`. `sentences` are records of `start`, `end` and `labels`, joined
    by a bar. A sentence may be written as a list of its words and labels as a list, as in CLIP. Other columns have the
    value of a document's first row. A row without a sentence or a document, or of a document whose rows ended before,
    is left out by its number, and the document keeps its others.

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
        If a column is missing, or the encoding is wrong.

    References
    ----------
    Mullenbach et al. 2021, CLIP: A Dataset for Extracting Action Items for Physicians from Hospital Discharge Notes.
    """

    format = "sentences"

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str) -> None:
        self._others = tuple(name for name in needed if name not in _MADE)
        self._needed = needed
        self._inner = _opened(file, self._others, encoding)
        self._longest = file.limits.row_characters
        self.name, self.size, self.encoding = self._inner.name, self._inner.size, self._inner.encoding

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results must know about how this file was read."""
        return self._inner.warnings

    def position(self) -> int:
        """How much of `size` is read."""
        return self._inner.position()

    def rows(self) -> Iterator[Row]:
        """Yield one row a document, by the number of its first row, and the faults of rows where they are."""
        ended: set[str] = set()
        own: list[Row] = []
        size = 0
        for row in self._inner.rows():
            fault = row.fault or self._fault(row.values or (), ended)
            if fault or row.values is None:
                yield Row(row.number, None, fault)
                continue
            document, text, *_ = row.values
            if own and own[0].values and own[0].values[0] != document:
                ended.add(own[0].values[0])
                yield self._document(own, size)
                own, size = [], 0
            size += len(text)
            if size <= self._longest or not own:  # of what is too long, nothing more is kept
                own.append(row)
        if own:
            yield self._document(own, size)

    def _fault(self, values: Sequence[Any], ended: set[str]) -> Fault | None:
        document, text, *_ = values
        if not (document or "").strip():
            return NO_ID
        if document in ended:
            return Fault("scattered document", "other rows of its document lie elsewhere in the file")
        if not _words(text or "").strip():
            return Fault(EMPTY.kind, "empty or blank sentence")
        return None

    def _document(self, rows: Sequence[Row], size: int) -> Row:
        if size > self._longest:
            reason = f"longer than {self._longest} characters (corpus.source.limits.row_characters)"
            return Row(rows[0].number, None, Fault(TOO_LONG, reason))
        text, spans = "", []
        for row in rows:
            _, sentence, labels, *_ = row.values or ()
            words = _words(sentence).strip()
            text += "\n" if text else ""
            spans.append({"start": len(text), "end": len(text) + len(words), "labels": "|".join(_list(labels or ""))})
            text += words
        first = rows[0].values or ()
        found = dict(zip(_MADE, (first[0], text, spans), strict=True))
        found |= dict(zip(self._others, first[3:], strict=True))
        return Row(rows[0].number, tuple(found[name] for name in self._needed))


def _opened(file: SourceFile, others: tuple[str, ...], encoding: str) -> DelimitedReader:
    """The file with document, sentence and labels, whatever they are called there, before other columns."""
    table = replace(file, format="tsv" if ".tsv" in file.path.suffixes else "csv")
    missing: MissingColumnsError | None = None
    for own in product(_DOCUMENT, _TEXT, _LABELS):
        try:
            return DelimitedReader(table, (*own, *others), encoding)
        except MissingColumnsError as error:
            missing = missing or error
    raise missing or ValueError("no columns to look for")


def _words(cell: str) -> str:
    """A sentence, from its words where they are written as a list."""
    return " ".join(_list(cell)) if cell.startswith("[") and cell.endswith("]") else cell


def _list(cell: str) -> list[str]:
    """The strings of a list as Python writes it; anything else is one string."""
    if not (cell.startswith("[") and cell.endswith("]")):
        return [cell]
    try:
        found = ast.literal_eval(cell)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return [cell]
    return found if isinstance(found, list) and all(isinstance(one, str) for one in found) else [cell]
