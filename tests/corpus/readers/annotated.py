"""What the tests of annotated sets share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wardspace.config import SourceConfig
from wardspace.corpus.readers import FORMATS, open_readers
from wardspace.corpus.rejects import Fault


def documents(path: Path, kind: str) -> list[dict[str, Any] | Fault]:
    """All documents of a source with every column of its format."""
    first = open_readers(SourceConfig(path=str(path), format=kind), ("id", "text"), path)[0]
    columns = tuple(getattr(first, "columns", ("id", "text", "entities", "relations")))
    readers = open_readers(SourceConfig(path=str(path), format=kind), columns, path)
    rows = [row for reader in readers for row in reader.rows()]
    return [row.fault or dict(zip(columns, row.values or (), strict=True)) for row in rows]


def said(document: dict[str, Any], spans: str = "entities") -> list[tuple[str, str]]:
    """Words and type of each span."""
    return [(document["text"][span["start"] : span["end"]], span.get("type", "")) for span in document[spans]]


def roles(kind: str) -> Any:
    """The roles that a format's own columns have."""
    from wardspace.config import ColumnsConfig

    own = FORMATS[kind].columns
    assert own
    return own(ColumnsConfig())
