"""PubTator: titles and abstracts with entities marked by offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TextIO

from wardspace.config import ColumnsConfig
from wardspace.corpus.note.mending import Mention, mend
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.annotated.document_reader import MENDING, Document, DocumentReader
from wardspace.corpus.readers.damage import DAMAGE

PUBTATOR_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities", "relations"]
)
"""What the columns mean where a study does not say."""
_PASSAGE = re.compile(r"([^|\t]+)\|([a-z])\|(.*)", re.DOTALL)
_MENTION_FIELDS = (5, 6, 7)


class PubtatorReader(DocumentReader):
    """Reads documents of `PMID|t|title` and `PMID|a|abstract`, their mentions and relations.

    A document ends where another id begins, with or without an empty line, and where passages begin anew behind an
    empty line. The text is title and abstract with a line break between them, as the offsets count one character there.
    `entities` are records of `start`, `end`, `type` and `concept` (identifiers as they are; of a composite mention
    too). `relations` are between concepts, not places: records of `type`, `head` and `tail`. A mention whose words are
    elsewhere than it says is moved there, or left out (see `wardspace.corpus.note.mending`).

    References
    ----------
    Wei et al. 2013, PubTator: a web-based text mining tool for assisting biocuration. BioCreative V CDR (Li et al.
    2016) for relations.
    """

    format = "pubtator"
    title = "PubTator"
    columns = ("id", "title", "text", "entities", "relations")

    def documents(self, handle: TextIO) -> Iterator[tuple[int, Callable[[], Document]]]:
        """One document a block of lines with one id."""
        block = _Block()
        try:
            for number, line in enumerate(self.lines(handle), 1):
                if isinstance(line, str) and not line.strip():
                    block.parted = True
                    continue
                if block.first and block.ends_before(line):
                    yield block.first, partial(self._document, block)
                    block = _Block()
                block.add(number, line)
                if block.size > self.file.limits.row_characters:
                    block.add(number, self.too_long())
        except DAMAGE:
            if block.first and block.parted:  # an empty line was behind it
                yield block.first, partial(self._document, block)
            raise
        if block.first:
            yield block.first, partial(self._document, block)

    def _document(self, block: _Block) -> Document:
        if block.fault:
            return block.fault
        passages: list[str] = []
        title = ""
        entities: list[dict[str, Any]] = []
        relations: list[dict[str, str]] = []
        lines: list[int] = []
        for number, line in block.lines:
            if found := _PASSAGE.fullmatch(line):
                _, kind, words = found.groups()
                title = words if kind == "t" else title
                passages.append(words)
                continue
            fields = line.split("\t")
            if len(fields) in _MENTION_FIELDS and _is_offset(fields[1]) and _is_offset(fields[2]):
                entities.append(_mention(fields))
                lines.append(number)
            elif len(fields) >= 4 and not (_looks_like_offset(fields[1]) or _looks_like_offset(fields[2])):
                relations.append({"type": fields[1], "head": fields[2], "tail": fields[3]})
            else:
                return self.malformed("a line that is neither passage, mention nor relation")
        if not passages:
            return self.malformed("annotations without a title or abstract before them")
        text = "\n".join(passages)
        mentions = [Mention(((entity["start"], entity["end"]),), entity.pop("words")) for entity in entities]
        places, mending = mend(text, mentions)
        kept = [
            entity | {"start": place[0][0], "end": place[0][1]}
            for entity, place in zip(entities, places, strict=True)
            if place is not None
        ]
        if mending.first is not None:
            mending = mending._replace(where=f"{self.name}, line {lines[mending.first]}")
        document = {"id": block.key, "title": title, "text": text, "entities": kept, "relations": relations}
        return document | {MENDING: ("entities", mending)}


class _Block:
    """The lines of one document."""

    def __init__(self) -> None:
        self.first = 0
        self.key: str | None = None
        self.lines: list[tuple[int, str]] = []
        """Number and text of each."""
        self.size = 0
        self.fault: Fault | None = None
        self.parted = False
        """Whether the last line was empty."""

    def add(self, number: int, line: str | Fault) -> None:
        """Take in a line; of a document that cannot be used nothing is kept."""
        self.first, self.parted = self.first or number, False
        if isinstance(line, Fault):
            self.fault = self.fault or line
            self.lines.clear()
            return
        self.key = _key(line) if self.key is None else self.key
        self.size += len(line)
        if not self.fault:
            self.lines.append((number, line))

    def ends_before(self, line: str | Fault) -> bool:
        """Whether a line begins another document."""
        if isinstance(line, Fault):
            return self.parted
        key = _key(line)
        begins = (self.parted or self.key is None) and _PASSAGE.fullmatch(line) is not None
        return begins or (key is not None and self.key not in (None, key))


def _key(line: str) -> str | None:
    """The id that a line begins with; None for a line that is not of the format."""
    if found := _PASSAGE.fullmatch(line):
        return found[1]
    key, sign, _ = line.partition("\t")
    return key if sign else None


def _is_offset(field: str) -> bool:
    return field.isascii() and field.isdigit()


def _looks_like_offset(field: str) -> bool:
    """Digits of any script (`²`): a relation has words and identifiers in these places."""
    return field.isdigit() and not field.isascii()


def _mention(fields: list[str]) -> dict[str, Any]:
    concept = (fields[5] if len(fields) > 5 else None) or None
    return {"start": int(fields[1]), "end": int(fields[2]), "type": fields[4], "words": fields[3], "concept": concept}
