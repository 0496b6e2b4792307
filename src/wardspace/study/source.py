"""The content of a study's sources, so that a stage knows whether they have changed."""

from __future__ import annotations

from pathlib import Path

from wardspace.config import StudyConfig
from wardspace.core.files import file_digest


def source_content(study: StudyConfig) -> list[tuple[str, str]]:
    """Name and digest of each file the notes are read from (none for the synthetic ward)."""
    path = study.corpus.source.path
    if path is None:
        return []
    root = Path(path).expanduser()
    if root.is_dir():
        files = [file for file in root.rglob("*") if file.is_file()]
    elif root.is_file():
        files = [root]
    else:
        files = [file for file in Path(root.anchor or ".").glob(_pattern(root)) if file.is_file()]
    return [(file.name, file_digest(file)) for file in sorted(files)]


def base_content(resolved: str) -> list[tuple[str, str]]:
    """Name and digest of each file of a base model's folder; for a hub name, the name."""
    root = Path(resolved)
    if not root.is_dir():
        return [("hub", resolved)]
    return [(str(file.relative_to(root)), file_digest(file)) for file in sorted(root.rglob("*")) if file.is_file()]


def _pattern(path: Path) -> str:
    """A glob relative to its anchor, as pathlib asks for."""
    return str(path.relative_to(path.anchor)) if path.anchor else str(path)
