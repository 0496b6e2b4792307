"""PubTator: titles and abstracts with entities marked by offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.annotated.document_reader import Document, DocumentReader

PUBTATOR_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities"]
)
"""What the columns mean where a study does not say."""
_PASSAGE = re.compile(r"([^|\t]+)\|([a-z])\|(.*)", re.DOTALL)
_MENTION_FIELDS = (5, 6, 7)


class PubtatorReader(DocumentReader):
    """Reads documents of `PMID|t|title` and `PMID|a|abstract`, their mentions and relations, parted by empty lines.

    The text is title and abstract with a line break between them, as the offsets count one character there. `entities`
    are records of `start`, `end`, `type` and `concept` (identifiers as they are; of a composite mention too).
    `relations` are between concepts, not places: a JSON list of `type`, `head` and `tail`. A mention whose words are
    not those of the text makes the document a reject: all its offsets are in doubt.

    References
    ----------
    Wei et al. 2013, PubTator: a web-based text mining tool for assisting biocuration. BioCreative V CDR (Li et al.
    2016) for relations.
    """

    format = "pubtator"
    columns = ("id", "title", "text", "entities", "relations")

    def documents(self, lines: Iterator[str]) -> Iterator[tuple[int, Document]]:
        """One document a block of lines."""
        block: list[str] = []
        first = 1
        for number, line in enumerate(lines, 1):
            if line.strip():
                first = first if block else number
                block.append(line.rstrip("\r\n"))
            elif block:
                yield first, _document(block)
                block = []
        if block:
            yield first, _document(block)


def _document(lines: list[str]) -> Document:
    passages: list[str] = []
    key = title = ""
    entities: list[dict[str, Any]] = []
    relations: list[dict[str, str]] = []
    for line in lines:
        if found := _PASSAGE.fullmatch(line):
            key, kind, words = found.groups()
            title = words if kind == "t" else title
            passages.append(words)
            continue
        fields = line.split("\t")
        if len(fields) in _MENTION_FIELDS and fields[1].isdigit() and fields[2].isdigit():
            concept = fields[5] if len(fields) > 5 else None
            entities.append(_mention(fields) | {"concept": concept or None})
        elif len(fields) >= 4:
            relations.append({"type": fields[1], "head": fields[2], "tail": fields[3]})
        else:
            return Fault("malformed PubTator", "a line that is neither passage, mention nor relation")
    if not passages:
        return Fault("malformed PubTator", "annotations without a title or abstract before them")
    text = "\n".join(passages)
    for entity in entities:
        # one of a line break and a blank is between title and abstract: both are one character
        if _plain(text[entity["start"] : entity["end"]]) != _plain(entity.pop("words")):
            return Fault("annotation off", f"the words at offset {entity['start']} are not those of the mention")
    return {"id": key, "title": title, "text": text, "entities": entities, "relations": relations}


def _mention(fields: list[str]) -> dict[str, Any]:
    return {"start": int(fields[1]), "end": int(fields[2]), "type": fields[4], "words": fields[3]}


def _plain(words: str) -> str:
    return words.replace("\n", " ")
