"""The resources of a file, wherever they are in it: one a line (NDJSON), in Bundles, or in a document of JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from wardspace.corpus.note.encoding import codec_name, detect
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.damage import damage_warning
from wardspace.corpus.readers.fhir.document import Document
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.jsonl import JsonLines, parsed

BUNDLE = "Bundle"
MALFORMED = "malformed resource"
_LOOK = 50
_DEEPEST_BUNDLE = 5


class Found(NamedTuple):
    """A resource, or what is wrong in its place."""

    line: int
    """The line of the file that it begins in."""
    number: int
    """Its number among the resources of this line or, in a document, of the file."""
    bundle: int
    """Number of the Bundle that it is in; 0 for none."""
    resource: dict[str, Any] | None
    fault: Fault | None = None
    url: str | None = None
    """Its `fullUrl` in that Bundle."""
    deleted: str | None = None
    """What a Bundle says is deleted, as `DocumentReference/1`."""
    when: Any = None
    """When it was."""


class Resources:
    """The resources of one file.

    Parameters
    ----------
    file : SourceFile
        The file.
    encoding : str
        Encoding, or `auto`; it counts only where the file is not Unicode, as FHIR prescribes.

    Raises
    ------
    CorpusError
        If there is no such encoding, or it is wrong.
    """

    def __init__(self, file: SourceFile, encoding: str) -> None:
        self._file, self.name = file, file.name
        with read_faults(str(file.path)):
            sample = file.sample() if file.size else b""
        if encoding != "auto":
            codec_name(encoding)
        self.lines = JsonLines(file, "auto" if detect(sample).startswith("utf") else encoding)
        self.encoding, self.warnings = self.lines.encoding, self.lines.warnings
        self.is_document = bool(file.size) and self._looks_like_a_document()
        self._raw: BinaryIO | None = None

    def position(self) -> int:
        """Bytes read so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else self.lines.position()

    def found(self, words: Collection[str] | None = None) -> Iterator[Found]:
        """Yield the resources in the order of the file.

        Parameters
        ----------
        words : collection of str, optional
            Lines that hold none of them (as JSON strings) and no Bundle may be passed over. It may become smaller while
            resources are read.
        """
        if self.is_document:
            yield from self._of_document()
            return
        for line, text in self.lines.lines():
            if isinstance(text, Fault):
                yield Found(line, 0, 0, None, text)
            elif words is None or any(word in text for word in _quoted(frozenset(words))):
                value, fault = parsed(text)
                if value and "resourceType" in value and value["resourceType"] != BUNDLE:
                    yield Found(line, 0, 0, value)
                    continue
                inside = line if value and value.get("resourceType") == BUNDLE else 0
                found = [Found(line, 0, 0, None, fault)] if fault else flat(value, line, inside)
                yield from (one._replace(number=number) for number, one in enumerate(found))

    def _of_document(self) -> Iterator[Found]:
        with read_faults(str(self._file.path)), self._file.open_text(self.encoding, "\n") as (text, self._raw):
            document = Document(text, self._raw, self._file.limits.row_characters)
            number = line = 0
            for line, bundle, value in document.values():
                found = [Found(line, 0, bundle, None, value)] if isinstance(value, Fault) else flat(value, line, bundle)
                for one in found:
                    yield one._replace(number=number)
                    number += 1
            if document.damage:
                warning = damage_warning(self.name, line, document.damage)
                self.warnings[:] = dict.fromkeys([*self.warnings, warning])
                yield Found(line, number, 0, None, document.damage)

    def _looks_like_a_document(self) -> bool:
        """Whether values go over several lines: the first line is not whole, and no other of the first is a resource.

        A first line that is too long to be read is a document, too; one that was cut off among whole ones is none.
        """
        first, *others = [text for _, text in islice(self.lines.lines(), _LOOK)] or [""]
        opening = first.strip("\ufeff \t\r\n\x1e") if isinstance(first, str) else "{"
        if not opening.startswith(("{", "[")):
            return False
        if opening[0] == "[" or opening == "{":
            return True
        return parsed(opening)[0] is None and not any(
            isinstance(text, str) and "resourceType" in (parsed(text)[0] or ()) for text in others
        )


@lru_cache(maxsize=64)
def _quoted(words: frozenset[str]) -> tuple[str, ...]:
    return tuple(f'"{word}"' for word in (*words, BUNDLE))


def flat(value: Any, line: int, bundle: int, depth: int = 0) -> Iterator[Found]:
    """What is in a value: a resource, a Bundle of them, or an entry of one."""
    if not isinstance(value, dict):
        yield Found(line, 0, bundle, None, Fault(MALFORMED, "no object in the place of a resource"))
    elif value.get("resourceType") == BUNDLE:
        entries = value.get("entry") or []
        if not isinstance(entries, list) or depth == _DEEPEST_BUNDLE:
            yield Found(line, 0, bundle, None, Fault(MALFORMED, "a Bundle whose entries are no list, or too deep"))
            return
        for entry in entries:
            yield from flat(entry, line, bundle, depth + 1)
    elif "resourceType" in value or not value.keys() & {"fullUrl", "resource", "request", "response"}:
        yield Found(line, 0, bundle, value)
    else:
        yield from _entry(value, line, bundle, depth)


def _entry(entry: dict[str, Any], line: int, bundle: int, depth: int) -> Iterator[Found]:
    resource, request, response = (entry.get(name) for name in ("resource", "request", "response"))
    url = entry.get("fullUrl")
    if isinstance(request, dict) and request.get("method") == "DELETE" and isinstance(request.get("url"), str):
        when = response.get("lastModified") if isinstance(response, dict) else None
        yield Found(line, 0, bundle, None, deleted=request["url"], when=when)
    elif isinstance(resource, dict) and resource.get("resourceType") == BUNDLE:
        yield from flat(resource, line, bundle, depth + 1)
    elif isinstance(resource, dict):
        yield Found(line, 0, bundle, resource, url=url if isinstance(url, str) else None)
    elif resource is not None:
        yield Found(line, 0, bundle, None, Fault(MALFORMED, "no object in the place of a resource"))
