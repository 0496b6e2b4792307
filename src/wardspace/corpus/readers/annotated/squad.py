"""SQuAD: passages with questions and the stretches that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.annotated.document_reader import Document, DocumentReader

SQUAD_COLUMNS = ColumnsConfig(
    note_id="id", patient_id="article", time=None, text="text", metadata=[], labels=[], spans=["answers"]
)
"""What the columns mean where a study does not say: passages of one article stay in one split."""


class SquadReader(DocumentReader):
    """Reads one file of version 1.1 or 2.0; each passage is a document.

    It is named by its article (the title, or file and number) and its place in that.
    `answers` are records of `start`, `end`, `question_id` and `question`; `questions` is a JSON list of `id`,
    `question` and `answerable`. An answer whose words are elsewhere than it says is moved to the nearest place where
    they are; one whose words are nowhere is left out. Both are counted in a warning.

    References
    ----------
    Rajpurkar et al. 2016, SQuAD; Rajpurkar et al. 2018, Know What You Don't Know (version 2.0).
    """

    format = "squad"
    undivided = True
    columns = ("id", "article", "text", "answers", "questions")
    moved = lost = 0

    def rows(self) -> Iterator[Any]:
        """Yield one row a passage."""
        yield from super().rows()
        if self.moved or self.lost:
            self.warnings.append(
                f"{self.name}: {self.moved} answers stood elsewhere than their offsets say and were moved,"
                f" {self.lost} stood nowhere and were left out"
            )

    def documents(self, lines: Iterator[str]) -> Iterator[tuple[int, Document]]:
        """All passages of all articles, numbered from 1."""
        self.moved = self.lost = 0
        number = 0
        for index, article in enumerate(self._articles(lines)):
            name = str(article.get("title") or f"{self.name}:{index}")
            for place, passage in enumerate(article.get("paragraphs") or []):
                number += 1
                try:
                    yield number, self._document(name, place, passage)
                except (AttributeError, KeyError, TypeError):
                    yield number, Fault("malformed SQuAD", "a passage without context, questions or answers")

    def _articles(self, lines: Iterator[str]) -> list[dict[str, Any]]:
        text = "".join(lines)
        try:
            articles: list[dict[str, Any]] = json.loads(text)["data"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CorpusError(
                "not a SQuAD file: no JSON object with the key `data`", where=self.name, fix="see docs/formats.md"
            ) from error
        return articles

    def _document(self, article: str, place: int, passage: dict[str, Any]) -> Document:
        text = passage["context"]
        answers: list[dict[str, Any]] = []
        questions: list[dict[str, Any]] = []
        for asked in passage["qas"]:
            given = {(one["answer_start"], one["text"]) for one in asked.get("answers") or []}
            for start, words in sorted(given):
                at = _nearest(text, words, start)
                self.lost += at is None
                self.moved += at not in (None, start)
                if at is not None:
                    span = {"start": at, "end": at + len(words)}
                    answers.append(span | {"question_id": str(asked["id"]), "question": asked["question"]})
            questions.append({"id": str(asked["id"]), "question": asked["question"], "answerable": bool(given)})
        found = {"id": f"{article}#{place}", "article": article, "text": text}
        return found | {"answers": answers, "questions": questions}


def _nearest(text: str, words: str, start: int) -> int | None:
    """Where words are, nearest to `start`."""
    if not words:
        return None
    if text.startswith(words, start):
        return start
    before, after = text.rfind(words, 0, start + len(words)), text.find(words, max(0, start))
    found = [place for place in (before, after) if place >= 0]
    return min(found, key=lambda place: abs(place - start), default=None)
