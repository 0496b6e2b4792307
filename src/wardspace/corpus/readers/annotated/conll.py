"""CoNLL: one token a line, its tag in the last column, sentences parted by empty lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.annotated.document_reader import Document, DocumentReader

CONLL_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities"]
)
"""What the columns mean where a study does not say."""
_START = "-DOCSTART-"
_TAG = re.compile(r"(O)|([BIESLU])-(.+)")
_OPENS, _CLOSES = set("BSU"), set("ESLU")

Token = tuple[str, str]
"""Word and tag."""


class ConllReader(DocumentReader):
    """Reads documents that begin with `-DOCSTART-`; in a file without such lines each sentence is one.

    The text is the tokens with blanks between them, sentences on lines of their own: blanks and line breaks of the
    original are not in the file. Tags may be IOB1, IOB2 (BIO), BIOES or BILOU. A document is named `file:line`.

    References
    ----------
    Tjong Kim Sang and De Meulder 2003, Introduction to the CoNLL-2003 Shared Task.
    """

    format = "conll"
    columns = ("id", "text", "entities")

    def documents(self, lines: Iterator[str]) -> Iterator[tuple[int, Document]]:
        """Sentences gathered into documents."""
        sentences: list[list[Token]] = []
        first, grouped = 1, False
        fault: Fault | None = None
        for number, found in _sentences(lines):
            if found == _START:
                if sentences or fault:
                    yield first, fault or self._document(first, sentences)
                sentences, fault, grouped, first = [], None, True, number
                continue
            if isinstance(found, Fault):
                fault = found
            elif isinstance(found, list):
                sentences.append(found)
            if not grouped:
                yield number, fault or self._document(number, sentences)
                sentences, fault = [], None
        if sentences or fault:
            yield first, fault or self._document(first, sentences)

    def _document(self, number: int, sentences: list[list[Token]]) -> Document:
        lines: list[str] = []
        entities: list[dict[str, Any]] = []
        start = 0
        for sentence in sentences:
            lines.append(" ".join(word for word, _ in sentence))
            entities += _entities(sentence, start)
            start += len(lines[-1]) + 1
        return {"id": f"{self.name}:{number}", "text": "\n".join(lines), "entities": entities}


def _sentences(lines: Iterator[str]) -> Iterator[tuple[int, list[Token] | Fault | str]]:
    """Each sentence with the line it begins at; a mark where a document starts."""
    tokens: list[Token] = []
    first, fault = 1, None
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if fields and not fields[0].startswith(_START):
            first = first if tokens or fault else number
            if len(fields) < 2 or not _TAG.fullmatch(fields[-1]):
                fault = Fault("malformed CoNLL", f"line {number} has no token with a tag in its last column")
            tokens.append((fields[0], fields[-1]))
            continue
        if tokens:
            yield first, fault or tokens
            tokens, fault = [], None
        if fields:
            yield number, _START
    if tokens:
        yield first, fault or tokens


def _entities(sentence: list[Token], start: int) -> list[dict[str, Any]]:
    """Spans of a sentence that begins at character `start`."""
    found: list[dict[str, Any]] = []
    open_: str | None = None
    for word, tag in sentence:
        end = start + len(word)
        place, kind = (tag[0], tag[2:]) if tag != "O" else ("O", None)
        if kind and kind == open_ and place not in _OPENS:
            found[-1]["end"] = end
        elif kind:
            found.append({"start": start, "end": end, "type": kind})
        open_ = None if place in _CLOSES else kind
        start = end + 1
    return found
