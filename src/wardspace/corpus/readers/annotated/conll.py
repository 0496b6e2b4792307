"""CoNLL: one token a line, its tag in the last column, sentences parted by empty lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from sys import intern
from typing import Any, TextIO

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.annotated.document_reader import Document, DocumentReader

CONLL_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities"]
)
"""What the columns mean where a study does not say."""
_START = "-DOCSTART-"
_TAG = re.compile(r"(O)|([BIESLU])-(.+)")
_BLANKS = re.compile("[ \t]+")
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
    title = "CoNLL"
    columns = ("id", "text", "entities")

    def documents(self, handle: TextIO) -> Iterator[tuple[int, Callable[[], Document]]]:
        """Sentences gathered into documents."""
        sentences: list[list[Token]] = []
        first, size, grouped = 1, 0, False
        fault: Fault | None = None
        for number, found in self._sentences(handle):
            if found == _START:
                if sentences or fault:
                    yield first, partial(self._document, first, sentences, fault)
                sentences, fault, size, grouped, first = [], None, 0, True, number
                continue
            if isinstance(found, list) and not fault:
                size += sum(len(word) + len(tag) + 2 for word, tag in found)
                sentences.append(found)
                found = self.too_long() if size > self.file.limits.row_characters else found  # noqa: PLW2901
            if isinstance(found, Fault):
                sentences, fault = [], fault or found
            if not grouped:
                yield number, partial(self._document, number, sentences, fault)
                sentences, fault, size = [], None, 0
        if sentences or fault:
            yield first, partial(self._document, first, sentences, fault)

    def _document(self, number: int, sentences: list[list[Token]], fault: Fault | None) -> Document:
        if fault:
            return fault
        lines: list[str] = []
        entities: list[dict[str, Any]] = []
        start = 0
        for sentence in sentences:
            lines.append(" ".join(word for word, _ in sentence))
            entities += _entities(sentence, start)
            start += len(lines[-1]) + 1
        return {"id": f"{self.name}:{number}", "text": "\n".join(lines), "entities": entities}

    def _sentences(self, handle: TextIO) -> Iterator[tuple[int, list[Token] | Fault | str]]:
        """Each sentence with the line it begins at; a mark where a document starts."""
        sentence = _Sentence()
        for number, line in enumerate(self.lines(handle), 1):
            if isinstance(line, Fault):
                sentence.add(number, line)
            elif line.strip() and not line.lstrip().startswith(_START):
                sentence.add(number, self._token(number, line))
                if sentence.size > self.file.limits.row_characters:
                    sentence.add(number, self.too_long())
            else:
                if sentence.first:
                    yield sentence.first, sentence.fault or sentence.tokens
                    sentence = _Sentence()
                if line.strip():
                    yield number, _START
        if sentence.first:
            yield sentence.first, sentence.fault or sentence.tokens

    def _token(self, number: int, line: str) -> Token | Fault:
        # blanks of Unicode may be part of a word
        fields = _BLANKS.split(line.strip(" \t"))
        if len(fields) < 2 or not _TAG.fullmatch(fields[-1]):
            return self.malformed(f"line {number} has no token with a tag in its last column")
        return fields[0], fields[-1]


class _Sentence:
    """The tokens of a sentence, or what is wrong with it."""

    def __init__(self) -> None:
        self.first = 0
        self.size = 0
        self.tokens: list[Token] = []
        self.fault: Fault | None = None

    def add(self, number: int, found: Token | Fault) -> None:
        """Take in a token; of a sentence with a fault none is kept."""
        self.first = self.first or number
        if isinstance(found, Fault):
            self.fault = self.fault or found
            self.tokens.clear()
        elif not self.fault:
            word, tag = found
            self.tokens.append((intern(word), intern(tag)))
            self.size += len(word) + len(tag) + 2


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
