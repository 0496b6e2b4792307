"""corpus.json: what a corpus folder holds and how it came about."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from wardspace.corpus.schema import SCHEMA_VERSION


class Manifest(BaseModel):
    """What a corpus folder holds and how it came about. No text of any note stands in it."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    schema_version: int = SCHEMA_VERSION
    """Version of the folder's layout."""
    wardspace: str
    """Version of the program that wrote it."""
    roles: dict[str, Any]
    """Source column of each role (null where there is none); `metadata`, `labels` and `spans` are lists."""
    counts: dict[str, Any]
    """`rows_read`, `notes`, `patients`, `patients_missing`, `spans_dropped`, `splits` (notes and patients of each),
    `rejects` (rows left out by kind of fault) and `categories` (values of each column by split)."""
    steps: list[dict[str, Any]]
    """What was done, in order, with how many notes each step changed or left out."""
    source: dict[str, Any]
    """`format`, `files` (names without the folders of the machine), `encoding` found or given."""
    synthetic: bool
    """True where the notes were made up: figures from them are no findings."""
    content_hash: str
    """SHA-256 over every value of every note, in order."""
    parts: list[str]
    """Files of `notes/`, in order."""
    seconds: dict[str, float] = {}
    """How long each step took; all else in this file depends on the notes and the study alone."""
    warnings: list[str] = []
    """What a reader must know before believing a figure."""
    statistics: dict[str, Any] = {}
    """`notes_per_patient`, `words` and `tokens` per note, `pieces_per_word`."""
