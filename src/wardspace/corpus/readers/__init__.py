"""Readers of notes: one file a format behind one interface."""

from __future__ import annotations

from wardspace.corpus.readers.formats import FORMATS, open_readers, source_content, source_files
from wardspace.corpus.readers.row import Reader, Row

__all__ = ["FORMATS", "READERS", "Reader", "Row", "open_readers", "source_content", "source_files"]

READERS = {name: known.about for name, known in FORMATS.items()}
"""Formats of `corpus.source.format` with a line about each."""
