"""index.json: what an index holds, of which model, and in which files."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from wardspace.core.errors import ModelError, RunError
from wardspace.core.files import is_scratch, read_json, write_json
from wardspace.core.version import __version__

MANIFEST, LOCK = "index.json", ".lock"
VERSION = 1
"""Raised when an older reader would misread an index."""
NOTICE = "Files that hold_text names contain words of patients' notes: protect them as you protect the notes."
REMAKE = "make the index again with `wardspace index`, in an empty folder"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ModelIdentity(_Record):
    """What decides the vector of a text."""

    name: str
    """What the model is called in messages."""
    weights: str
    """SHA-256 of its files of weights."""
    pooling: str
    """`mean` or `cls`."""
    window: int
    """Tokens read at once."""
    overlap: float
    """Share of a window that the next one reads again."""
    dimension: int
    """Length of a vector."""

    def same_space(self, other: ModelIdentity) -> bool:
        """Whether both give a text the same vector, whatever they are called."""
        return self.model_copy(update={"name": ""}) == other.model_copy(update={"name": ""})

    def __str__(self) -> str:
        return f"{self.name} (weights {self.weights[:12]}, {self.pooling}, window {self.window})"


class SegmentRecord(_Record):
    """A folder of notes that were written together."""

    name: str
    """The folder."""
    notes: int
    """Notes in it, deleted ones counted."""
    pieces: int
    """Pieces in it."""
    files: dict[str, int]
    """Bytes of each file."""
    gone: str | None = None
    """File that lists notes which are hidden, until the segment is written anew without them."""


class Manifest(_Record):
    """An index as of one moment; replaced as a whole by each change."""

    made_by: str = "index"
    """The command."""
    version: int = VERSION
    """Version of this record."""
    wardspace: str = __version__
    """Version of the program."""
    notice: str = NOTICE
    """What must be known of the folder."""
    name: str
    """What the index is called."""
    model: ModelIdentity
    """The model of its vectors."""
    metadata: list[str] = []
    """Columns that can be filtered by, besides note, patient and time."""
    has_text: bool = False
    """Whether the text of notes is kept."""
    weight: float | None = None
    """Share of the vectors in a search by words and vectors; null for the default."""
    change: int = 0
    """Number of the change that led here."""
    segments: list[SegmentRecord] = []
    """Where the notes are."""
    holds_text: list[str] = []
    """Files that contain text of notes, or their words as hashes."""

    def check_model(self, model: ModelIdentity, where: Path) -> None:
        """Refuse another model than the one that the vectors are of.

        Raises
        ------
        ModelError
            If a text would have another vector.
        """
        if not self.model.same_space(model):
            raise ModelError(
                f"the index was made with another model: {self.model}, not {model}",
                where=where,
                fix=f"use the model that it was made with, or {REMAKE}",
            )


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an index.

    Raises
    ------
    RunError
        If there is no index, or it is damaged or of another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise RunError("no index in this folder", where=folder, fix="make one with `wardspace index`")
    try:
        raw = read_json(path)
        if not isinstance(raw, dict) or raw.get("made_by") != "index":
            raise RunError("this file is no index of wardspace", where=path, fix="name the folder of an index")
        if raw.get("version") != VERSION:
            raise RunError(f"an index of version {raw.get('version')}, not {VERSION}", where=path, fix=REMAKE)
        return Manifest.model_validate(raw)
    except (ValidationError, ValueError) as error:
        raise RunError("the index is damaged", where=path, fix=REMAKE) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest: from here on readers see the new state."""
    write_json(folder / MANIFEST, manifest.model_dump(mode="json"))


def is_empty(folder: Path) -> bool:
    """Whether an index may be made here.

    Raises
    ------
    RunError
        If there is something that is no index.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError("there is a file in the place of the folder", where=folder, fix="name another folder")
    if (folder / MANIFEST).exists():
        return False
    # an interrupted first run leaves segments without a manifest
    inside = [path.name for path in folder.iterdir() if not is_scratch(path)] if folder.is_dir() else []
    if any(name != LOCK and not name.startswith("segment-") for name in inside):
        raise RunError("this folder holds something that is no index", where=folder, fix="name another folder")
    return True
