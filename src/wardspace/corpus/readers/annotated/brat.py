"""BRAT standoff: a text file and an annotation file for each document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.note.mending import Mending, Mention, mend
from wardspace.corpus.prepare.rejects import DAMAGED, TOO_LONG, UNDECODABLE, Fault
from wardspace.corpus.readers.annotated.document_reader import MENDING
from wardspace.corpus.readers.boundary import guarded
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.damage import DAMAGE, damage_of
from wardspace.corpus.readers.encodings import encoding_of
from wardspace.corpus.readers.files import SourceFile, find_named, read_faults
from wardspace.corpus.readers.row import Row

BRAT_COLUMNS = ColumnsConfig(
    note_id="id", patient_id=None, time=None, text="text", metadata=[], labels=[], spans=["entities", "relations"]
)
"""What the columns mean where a study does not say."""
BRAT_SUFFIXES = (".txt",)
_COLUMNS = ("id", "text", "entities", "relations")
_KIND = "malformed BRAT"
_SAMPLED = 20
_SIDE = 3
"""Values of each end of a relation."""
_STRETCHES = re.compile(r"(\S+) (\d+ \d+(?:;\d+ \d+)*)")

Entity = dict[str, Any]


class BratReader:
    """Reads all documents of a source: `X.txt` and, where there is one, `X.ann`.

    `entities` are records of `start`, `end`, `type`, `id`, `part` (a discontinuous entity is one record a stretch, from
    0), `attributes` and `concept` (normalisations). `relations` are records of `type`, `head_start`, `head_end`,
    `head_id` and the same of the tail; an event's trigger is the head of a relation to each of its arguments.
    Offsets count characters, CR LF as two or, as BRAT itself does, as one. An entity whose words are elsewhere than it
    says is moved there, or left out (see `wardspace.corpus.note.mending`). A relation, or an event's argument, that
    refers to what is no entity (or event) of the document is left out and counted in a warning. Notes by annotators and
    sets of equivalent entities (`#`, `*`) are passed over.

    Parameters
    ----------
    files : list of SourceFile
        The texts.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding of texts and annotations; `auto` is UTF-8, which BRAT prescribes, unless another reads what this does
        not.

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
        marks = [file for text in files if (file := _annotation_file(text))]
        chosen = encoding_of([*files, *marks], encoding, b"\n".join(_samples(files)))
        self.encoding = "utf-8-sig" if chosen.name == "utf-8" else chosen.name
        self.name = files[0].name if len(files) == 1 else "brat"
        self.size = sum(file.size for file in files)
        self._files, self._needed, self._done = files, needed, 0
        self._bare = self._loose = 0
        self._damaged: list[str] = []
        self._told = [chosen.warning] if chosen.warning else []

    @property
    def warnings(self) -> list[str]:
        """How many documents had no annotations, how many relations no ends, and which files were damaged."""
        bare = [f"{self._bare} documents have no .ann file"] if self._bare else []
        if self._loose:
            bare.append(f"{self._loose} relations, events or arguments refer to what is no entity and were left out")
        return [*self._told, *bare, *self._damaged]

    def position(self) -> int:
        """Bytes of the documents read so far."""
        return self._done

    def rows(self) -> Iterator[Row]:
        """Yield one row a document, numbered from 1."""
        self._done = self._bare = self._loose = 0
        self._damaged.clear()
        for number, file in enumerate(self._files, 1):
            found = guarded(_KIND, partial(self._document, file))
            self._done += file.size
            if isinstance(found, Fault):
                told = f"{file.name}: {found.reason}"
                self._damaged += [told] if found.kind == DAMAGED else []
                yield Row(number, None, Fault(found.kind, told))
            else:
                yield Row(number, tuple([found[name] for name in self._needed]), None, found[MENDING])

    def _document(self, file: SourceFile) -> dict[str, Any] | Fault:
        raw = _content(file)
        annotations = _annotation_file(file)
        marks = _content(annotations) if annotations else b""
        if isinstance(raw, Fault):
            return raw
        if isinstance(marks, Fault):
            return marks
        self._bare += annotations is None
        try:
            text, lines = raw.decode(self.encoding), marks.decode(self.encoding).split("\n")
        except UnicodeDecodeError:
            return Fault(UNDECODABLE, f"the text or its annotations do not decode as {self.encoding}")
        found, name = _Annotations(text), annotations.name if annotations else ""
        for number, line in enumerate(lines, 1):
            read = partial(found.read, number, line.rstrip("\r"))
            if fault := guarded(_KIND, read, "an annotation that is not as the format says"):
                return fault._replace(reason=f"line {number} of {name}: {fault.reason}")
        mending = found.mend(name)
        relations = found.related()
        self._loose += found.loose
        return {
            "id": file.name.removesuffix(".gz").removesuffix(".txt"),
            "text": text,
            "entities": found.all(),
            "relations": relations,
            MENDING: ("entities", mending),
        }


def _samples(files: list[SourceFile]) -> Iterator[bytes]:
    for file in files[:_SAMPLED]:
        with suppress(*DAMAGE):
            yield file.sample()


def _content(file: SourceFile) -> bytes | Fault:
    """All bytes of a file: read as text CR LF would be one character, which offsets may count as two."""
    most = file.limits.row_characters
    with read_faults(str(file.path)), file.open() as (handle, packed):
        try:
            raw = handle.read(most + 1)
        except DAMAGE as error:
            return damage_of(error, packed)
    if len(raw) > most:
        return Fault(TOO_LONG, f"{Path(file.name).name} is longer than {most} bytes (corpus.source.limits)")
    return raw


def brat_files(config: SourceConfig) -> list[SourceFile]:
    """The texts of a source and their annotations."""
    texts = find_named(config.path or "", "brat", BRAT_SUFFIXES, config.limits)
    return [*texts, *[marks for text in texts if (marks := _annotation_file(text))]]


def _annotation_file(text: SourceFile) -> SourceFile | None:
    """The annotations of a text, plain in any case; None where there are none."""
    path = (text.path.with_suffix("") if text.path.suffix == ".gz" else text.path).with_suffix(".ann")
    if not path.is_file():
        return None
    name = Path(text.name).with_name(path.name).as_posix()
    return replace(text, path=path, name=name, size=path.stat().st_size, gzipped=False)


@dataclass
class _Annotations:
    """What is in one annotation file."""

    text: str
    mentions: dict[str, tuple[int, str, Mention]] = field(default_factory=dict)
    """Line, type and place of each entity, as it is annotated."""
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    concepts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[tuple[str, str, str]] = field(default_factory=list)
    loose: int = 0
    """Relations, arguments and events that were left out: their ends are no entities."""

    def read(self, number: int, line: str) -> None:
        """Take in one line."""
        if not line.strip() or line[0] in "#*":
            return
        name, rest = line.split("\t", 1)
        if name[0] == "T":
            self._entity(number, name, rest)
            return
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

    def _entity(self, number: int, name: str, rest: str) -> None:
        written, words = rest.split("\t", 1)
        found = _STRETCHES.fullmatch(written)
        if found is None:
            raise ValueError(written)
        kind, stretches = found.groups()
        bounds = (part.split() for part in stretches.split(";"))
        place = tuple((int(start), int(end)) for start, end in bounds)
        self.mentions[name] = number, kind, Mention(place, words)

    def mend(self, file: str) -> Mending:
        """Find the places of all entities; `file` names the annotations."""
        places, mending = mend(self.text, [mention for *_, mention in self.mentions.values()])
        lines = [number for number, *_ in self.mentions.values()]
        for (name, (_, kind, _)), place in zip(self.mentions.items(), places, strict=True):
            if place is not None:
                self.entities[name] = [
                    {"start": start, "end": end, "type": kind, "id": name, "part": part}
                    for part, (start, end) in enumerate(place)
                ]
        return mending if mending.first is None else mending._replace(where=f"{file}, line {lines[mending.first]}")

    def _event(self, name: str, words: list[str]) -> None:
        kind, _, trigger = words[0].partition(":")
        self.events[name] = trigger
        for argument in words[1:]:
            role, filler = argument.split(":", 1)
            self.links.append((f"{kind}:{role}", name, filler))

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

    def related(self) -> list[Entity]:
        """Relations between the stretches of two entities, each from its first character to its last."""
        found = []
        for kind, head, tail in self.links:
            ends = {**self._side("head", head), **self._side("tail", tail)}
            if len(ends) == 2 * _SIDE:
                found.append({"type": kind, **ends})
        untriggered = [name for name, trigger in self.events.items() if trigger not in self.entities]
        self.loose = len(self.links) - len(found) + len(untriggered)
        return found

    def _side(self, side: str, name: str) -> Entity:
        """Place and name of the entity, or of an event's trigger; nothing where there is none."""
        parts = self.entities.get(self.events.get(name, name))
        if parts is None:
            return {}
        return {f"{side}_start": parts[0]["start"], f"{side}_end": parts[-1]["end"], f"{side}_id": parts[0]["id"]}
