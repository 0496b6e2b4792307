"""SQuAD: passages with questions and the stretches that answer them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TextIO

from wardspace.config import ColumnsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import DAMAGED, Fault
from wardspace.corpus.readers.annotated.document_reader import Document, DocumentReader
from wardspace.corpus.readers.annotated.json_array import JsonArray
from wardspace.corpus.readers.boundary import guarded
from wardspace.corpus.readers.row import Row

SQUAD_COLUMNS = ColumnsConfig(
    note_id="id", patient_id="article", time=None, text="text", metadata=[], labels=[], spans=["answers"]
)
"""What the columns mean where a study does not say: passages of one article stay in one split."""


class SquadReader(DocumentReader):
    """Reads one file of version 1.1 or 2.0; each passage is a document.

    It is named by its article (the title, or file and number) and its place in that.
    `answers` are records of `start`, `end` and `question_id`; `questions` is a JSON list of `id`, `question` and
    `answerable`. A question without an id is among these, and its answers are left out. An answer whose words are
    elsewhere than it says is moved to the nearest place where they are; one whose words are nowhere is left out. Both
    are counted in a warning. The file is read article by article.

    References
    ----------
    Rajpurkar et al. 2016, SQuAD; Rajpurkar et al. 2018, Know What You Don't Know (version 2.0).
    """

    format = "squad"
    title = "SQuAD"
    columns = ("id", "article", "text", "answers", "questions")
    moved = lost = 0

    def rows(self) -> Iterator[Row]:
        """Yield one row a passage."""
        yield from super().rows()
        if self.moved or self.lost:
            self.warnings.append(
                f"{self.name}: {self.moved} answers stood elsewhere than their offsets say and were moved,"
                f" {self.lost} stood nowhere and were left out"
            )

    def documents(self, handle: TextIO) -> Iterator[tuple[int, Callable[[], Document]]]:
        """All passages of all articles, numbered from 1."""
        self.moved = self.lost = 0
        array = JsonArray(handle, "data", self.file.limits.row_characters)
        for index, text in enumerate(array.elements()):
            found = self.too_long() if text is None else guarded(self._kind, partial(self._article, index, text))
            for read in self._passages(found):
                self._read += 1
                yield self._read, read
        if not array.found:
            raise CorpusError(
                "not a SQuAD file: no JSON object with a list under the key `data`",
                where=self.name,
                fix="see docs/formats.md",
            )
        if not array.whole:
            fault = Fault(DAMAGED, f"the file is cut short or malformed behind passage {self._read}")
            self.warnings.append(f"{self.name}: {fault.reason}; what stood there is missing")
            self._read += 1
            yield self._read, lambda: fault

    def _article(self, index: int, text: str) -> tuple[str, list[Any]]:
        """Name and passages."""
        article = json.loads(text)
        name, passages = article.get("title") or f"{self.name}:{index}", article.get("paragraphs") or []
        if not isinstance(passages, list) or not isinstance(name, str | int):
            raise TypeError(text[:0])
        return str(name), passages

    def _passages(self, article: tuple[str, list[Any]] | Fault) -> Iterator[Callable[[], Document]]:
        if isinstance(article, Fault):
            yield lambda: article
            return
        name, passages = article
        for place, passage in enumerate(passages):
            yield partial(self._document, name, place, passage)

    def _document(self, article: str, place: int, passage: dict[str, Any]) -> Document:
        text = passage["context"]
        answers: list[dict[str, Any]] = []
        questions: list[dict[str, Any]] = []
        for asked in passage["qas"]:
            key = None if asked.get("id") is None else str(asked["id"])
            given = {(one["answer_start"], one["text"]) for one in asked.get("answers") or []}
            for start, words in sorted(given):
                at = _nearest(text, words, start)
                self.lost += at is None
                self.moved += at not in (None, start)
                if at is not None and key is not None:
                    span = {"start": at, "end": at + len(words)}
                    answers.append(span | {"question_id": key})
            questions.append({"id": key, "question": asked.get("question"), "answerable": bool(given)})
        found = {"id": f"{article}#{place}", "article": article, "text": text}
        return found | {"answers": answers, "questions": questions}


def _nearest(text: str, words: str, start: int) -> int | None:
    """Where words are, nearest to `start`."""
    if not words:
        return None
    if start >= 0 and text.startswith(words, start):
        return start
    before, after = text.rfind(words, 0, max(0, start + len(words))), text.find(words, max(0, start))
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - start), default=None)
