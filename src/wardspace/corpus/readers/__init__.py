"""Readers of notes: one file a format behind one interface."""

from __future__ import annotations

from pathlib import Path

from wardspace.config import SourceConfig
from wardspace.corpus.readers.delimited import DelimitedReader
from wardspace.corpus.readers.files import find_files
from wardspace.corpus.readers.jsonl import JsonlReader
from wardspace.corpus.readers.parquet import ParquetReader
from wardspace.corpus.readers.row import Reader, Row
from wardspace.corpus.readers.ward import WardReader

__all__ = ["READERS", "Reader", "Row", "open_readers"]

READERS = {
    "csv": "comma-separated text with a header (also ; or |), quoted as in RFC 4180, plain or .gz",
    "tsv": "tab-separated text with a header, plain or .gz",
    "parquet": "Apache Parquet, plain or .gz",
    "jsonl": "one JSON object a line, plain or .gz",
    "ward": "the synthetic ward, made by the program itself",
}
"""Formats of `corpus.source.format` with a line about each."""


def open_readers(config: SourceConfig, needed: tuple[str, ...], scratch: Path) -> list[Reader]:
    """One reader for each file of a source, each checked to have the columns that are needed.

    Parameters
    ----------
    config : SourceConfig
        Where the notes are.
    needed : tuple of str
        Source columns to read.
    scratch : Path
        Folder for files that live only as long as the reading (it need not exist yet).

    Raises
    ------
    CorpusError
        If there is no such file, its format cannot be told, it is damaged, or a column is missing.
    """
    if config.format == "ward":
        return [WardReader(config.ward, needed)]
    files = find_files(config.path or "", config.format)
    readers: list[Reader] = []
    for file in files:
        if file.format == "parquet":
            readers.append(ParquetReader(file, needed, scratch))
        elif file.format == "jsonl":
            readers.append(JsonlReader(file, needed, config.encoding))
        else:
            readers.append(DelimitedReader(file, needed, config.encoding))
    return readers
