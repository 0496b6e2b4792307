"""onnx.json: what the graphs of a folder compute, how texts are read for them, and the digest of every file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from wardspace.core.errors import ModelError
from wardspace.core.version import __version__

MANIFEST, TOKENIZER = "onnx.json", "tokenizer.json"
VERSION = 1
Variant = Literal["fp32", "int8"]
FILES: dict[Variant, str] = {"fp32": "model.onnx", "int8": "model_int8.onnx"}
"""File of each variant."""


class HeadManifest(BaseModel):
    """What the output `scores` of a graph is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    """Kind of task."""
    task: str
    """Name of the task."""
    setting: str
    """Name of the setting."""
    of: Literal["text", "tokens"]
    """What is scored: each window [batch, classes], or each of its tokens [batch, tokens, classes]."""
    classes: tuple[str, ...]
    """Classes in the order of the scores; of tokens, their tags."""
    activation: Literal["softmax", "sigmoid", "crf", "none"]
    """What makes probabilities of the scores; `crf`: they are to be decoded with the transitions in
    `heads.safetensors`; `none`: they are log probabilities."""


class OnnxManifest(BaseModel):
    """What onnx.json holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    """Version of the folder's layout; raised when an older reader would misread it."""
    wardspace: str = __version__
    """Version that wrote it."""
    name: str
    """Name of the model."""
    family: str
    """Family of the model, as transformers names it (`bert`, `mpnet`)."""
    weights: str | None = None
    """SHA-256 of the weights that it was made from, as an audit states it."""
    dimension: PositiveInt
    """Length of a vector."""
    pooling: Literal["mean", "cls"]
    """How the graph pools token vectors."""
    normalise: bool
    """Whether `sentence_embedding` has length one; `pooled_embedding` is then the vector before that."""
    window: PositiveInt
    """Tokens read at once, special tokens included."""
    overlap: float = Field(ge=0, lt=1)
    """Share of a window that the next one reads again."""
    pad: int = Field(ge=0)
    """Id of the padding token."""
    token_types: bool
    """Whether the graph takes `token_type_ids`."""
    reduced_range: bool = False
    """Whether int8 weights use seven bits, for processors that would overflow with eight."""
    head: HeadManifest | None = None
    """What the output `scores` is, where there is one."""
    files: dict[str, str]
    """SHA-256 of each file."""

    @property
    def variants(self) -> list[Variant]:
        """The variants that are there."""
        return [variant for variant, file in FILES.items() if file in self.files]

    @property
    def pooled_output(self) -> str:
        """Output of the graph with the pooled vectors that are not normalised."""
        return "pooled_embedding" if self.normalise else "sentence_embedding"


def read_manifest(folder: Path) -> OnnxManifest:
    """Read onnx.json.

    Raises
    ------
    ModelError
        If there is none, it is damaged, or another version wrote it.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
        version = found.get("version")
        if version != VERSION:
            raise ModelError(
                f"this ONNX folder has layout {version!r}; this version of wardspace reads {VERSION}",
                where=path,
                fix="export the model again, or use the version of wardspace that wrote it",
            )
        return OnnxManifest.model_validate(found)
    except OSError as error:
        raise ModelError(
            "no ONNX model in this folder", where=folder, fix="write one with `wardspace export --format onnx`"
        ) from error
    except (ValidationError, ValueError, AttributeError) as error:
        raise ModelError("damaged file", where=path, fix="export the model again, or copy the whole folder") from error


def check_file(folder: Path, manifest: OnnxManifest, name: str) -> Path:
    """The path of a file, if it is the one that was written.

    Raises
    ------
    ModelError
        If it is absent or has other bytes.
    """
    path = folder / name
    fix = "export the model again, or copy the whole folder"
    if not path.is_file():
        raise ModelError(f"this ONNX folder lacks {name}", where=folder, fix=fix)
    if sha256(path) != manifest.files.get(name):
        raise ModelError(f"{name} is not the file that was exported: its SHA-256 differs", where=path, fix=fix)
    return path


def sha256(path: Path) -> str:
    """SHA-256 of a file, as 64 hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
