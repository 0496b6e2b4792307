"""BRAT standoff: a text file and an annotation file for each document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.note.encoding import choose_encoding
from wardspace.corpus.prepare.rejects import DAMAGED, Fault
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.damage import DAMAGE, damage_of
from wardspace.corpus.readers.files import SourceFile, find_named, read_faults
from wardspace.corpus.readers.row import Row

BRAT_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities", "relations"]
)
"""What the columns mean where a study does not say."""
BRAT_SUFFIXES = (".txt",)
_COLUMNS = ("id", "text", "entities", "relations")
_STRETCHES = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")

Entity = dict[str, Any]


class BratReader:
    """Reads all documents of a source: `X.txt` and, where there is one, `X.ann`.

    `entities` are records of `start`, `end`, `type`, `id`, `part` (a discontinuous entity is one record a stretch, from
    0), `attributes` and `concept` (normalisations). `relations` are records of `type`, `head_start`, `head_end`,
    `head_id` and the same of the tail; an event's trigger is the head of a relation to each of its arguments.
    Offsets count characters, as BRAT does; an annotation whose words are not those of the text makes the document a
    reject. Notes by annotators and sets of equivalent entities (`#`, `*`) are passed over.

    Parameters
    ----------
    files : list of SourceFile
        The texts.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding of texts and annotations; `auto` is UTF-8, which BRAT prescribes.

    Raises
    ------
    CorpusError
        If there is no such column or encoding.

    References
    ----------
    Stenetorp et al. 2012, BRAT: a web-based tool for NLP-assisted text annotation; its standoff format.
    """

    format = "brat"

    def __init__(self, files: list[SourceFile], needed: tuple[str, ...], encoding: str) -> None:
        check_columns(_COLUMNS, needed, files[0].name)
        self.encoding = _encoding(files[0], encoding)
        self.name = files[0].name if len(files) == 1 else "brat"
        self.size = sum(file.size for file in files)
        self._files, self._needed, self._done = files, needed, 0
        self._bare = 0
        self._damaged: list[str] = []

    @property
    def warnings(self) -> list[str]:
        """How many documents had no annotations, and which were damaged."""
        bare = [f"{self._bare} documents have no .ann file"] if self._bare else []
        return [*bare, *self._damaged]

    def position(self) -> int:
        """Bytes of the documents read so far."""
        return self._done

    def rows(self) -> Iterator[Row]:
        """Yield one row a document, numbered from 1."""
        self._done = self._bare = 0
        for number, file in enumerate(self._files, 1):
            found = self._document(file)
            self._done += file.size
            if isinstance(found, Fault):
                told = f"{file.name}: {found.reason}"
                self._damaged += [told] if found.kind == DAMAGED else []
                yield Row(number, None, Fault(found.kind, told))
            else:
                yield Row(number, tuple([found[name] for name in self._needed]))

    def _document(self, file: SourceFile) -> dict[str, Any] | Fault:
        annotations = _annotation_file(file)
        with read_faults(str(file.path)), file.open() as (handle, packed):
            try:
                # bytes, for reading as text would turn CR LF into one character and offsets count two
                raw, marks = handle.read(), annotations.read_bytes() if annotations.is_file() else b""
            except DAMAGE as error:
                return damage_of(error, packed)
        self._bare += not annotations.is_file()
        try:
            text, lines = raw.decode(self.encoding), marks.decode(self.encoding).splitlines()
        except UnicodeDecodeError:
            return Fault("undecodable bytes", f"the text or its annotations do not decode as {self.encoding}")
        found = _Annotations(text)
        for number, line in enumerate(lines, 1):
            try:
                fault = found.read(line)
            except (ValueError, KeyError, IndexError):
                fault = Fault("malformed BRAT", "an annotation that is not as the format says")
            if fault:
                return Fault(fault.kind, f"line {number} of {annotations.name}: {fault.reason}")
        return {
            "id": file.name.removesuffix(".gz").removesuffix(".txt"),
            "text": text,
            "entities": found.all(),
            "relations": found.related,
        }


def _encoding(file: SourceFile, given: str) -> str:
    return "utf-8-sig" if given == "auto" else choose_encoding(given, file.sample(), where=file.name).name


def brat_files(config: SourceConfig) -> list[SourceFile]:
    """The texts of a source and their annotations."""
    texts = find_named(config.path or "", "brat", BRAT_SUFFIXES)
    marks = [
        replace(
            text,
            path=annotations,
            name=Path(text.name).with_name(annotations.name).as_posix(),
            size=annotations.stat().st_size,
        )
        for text in texts
        if (annotations := _annotation_file(text)).is_file()
    ]
    return [*texts, *marks]


def _annotation_file(text: SourceFile) -> Path:
    """Where the annotations of a text are, plain in any case."""
    return (text.path.with_suffix("") if text.path.suffix == ".gz" else text.path).with_suffix(".ann")


@dataclass
class _Annotations:
    """What is in one annotation file."""

    text: str
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    concepts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[str, str, str]] = field(default_factory=list)

    def read(self, line: str) -> Fault | None:
        """Take in one line; a fault if its words are not those of the text."""
        if not line.strip() or line[0] in "#*":
            return None
        name, rest = line.split("\t", 1)
        if name[0] == "T":
            return self._entity(name, rest)
        words = rest.split("\t")[0].split()
        if name[0] in "AM":
            self.attributes[words[1]].append("=".join([words[0], *words[2:]]))
        elif name[0] == "N":
            self.concepts[words[1]].append(words[2])
        elif name[0] == "R":
            head, tail = (word.split(":", 1)[1] for word in words[1:3])
            self.links.append((words[0], head, tail))
        elif name[0] == "E":
            self._event(name, words)
        else:
            raise ValueError(name)
        return None

    def _entity(self, name: str, rest: str) -> Fault | None:
        place, words = rest.split("\t", 1)
        found = _STRETCHES.fullmatch(place)
        if found is None:
            raise ValueError(place)
        kind, stretches = found.groups()
        bounds = [tuple(int(number) for number in part.split()) for part in stretches.split(";")]
        said = " ".join(self.text[start:end] for start, end in bounds)
        if said.split() != words.split():
            return Fault("annotation off", f"the words at {place.split(' ', 1)[1]} are not those of {name}")
        self.entities[name] = [
            {"start": start, "end": end, "type": kind, "id": name, "part": part}
            for part, (start, end) in enumerate(bounds)
        ]
        return None

    def _event(self, name: str, words: list[str]) -> None:
        kind, trigger = words[0].split(":", 1)
        self.events[name] = trigger
        for argument in words[1:]:
            role, filler = argument.split(":", 1)
            self.links.append((f"{kind}:{role}", trigger, filler))

    def all(self) -> list[Entity]:
        """Entities in the order of the text, with attributes (an event's go to its trigger) and concepts."""
        for event, trigger in self.events.items():
            self.attributes[trigger] += self.attributes[event]
        found = [
            part | {"attributes": "; ".join(self.attributes[name]), "concept": "; ".join(self.concepts[name])}
            for name, parts in self.entities.items()
            for part in parts
        ]
        return sorted(found, key=lambda part: (part["start"], part["end"]))

    @property
    def related(self) -> list[Entity]:
        """Relations between the stretches of two entities, each from its first character to its last."""
        return [
            {"type": kind, **self._side("head", head), **self._side("tail", tail)} for kind, head, tail in self.links
        ]

    def _side(self, side: str, name: str) -> Entity:
        parts = self.entities[self.events.get(name, name)]
        return {f"{side}_start": parts[0]["start"], f"{side}_end": parts[-1]["end"], f"{side}_id": parts[0]["id"]}
