"""The formats of `corpus.source.format`: how each is opened, and which roles its columns have by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.readers.brat import BRAT_COLUMNS, BRAT_SUFFIXES, BratReader
from wardspace.corpus.readers.conll import CONLL_COLUMNS, CONLL_SUFFIXES, ConllReader
from wardspace.corpus.readers.delimited import DelimitedReader
from wardspace.corpus.readers.fhir import FHIR_COLUMNS, fhir_readers
from wardspace.corpus.readers.files import find_files, find_named
from wardspace.corpus.readers.jsonl import JsonlReader
from wardspace.corpus.readers.parquet import ParquetReader
from wardspace.corpus.readers.pubtator import PUBTATOR_COLUMNS, PUBTATOR_SUFFIXES, PubtatorReader
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.squad import SQUAD_COLUMNS, SQUAD_SUFFIXES, SquadReader
from wardspace.corpus.readers.ward import WardReader, ward_columns
from wardspace.corpus.readers.whole import DocumentReader

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One way in which notes are stored.

    Parameters
    ----------
    about : str
        A line for people.
    open : function
        Readers of a source, each checked to have the columns that are needed; the folder is for files that live only as
        long as the reading.
    columns : function, optional
        Fills in the roles that a study leaves open, where the format itself says what its columns mean.
    """

    about: str
    open: Callable[[SourceConfig, Columns, Path], list[Reader]]
    columns: Callable[[ColumnsConfig], ColumnsConfig] | None = None


def filled(columns: ColumnsConfig, own: ColumnsConfig) -> ColumnsConfig:
    """The roles of a study, with a format's own in the place of those that the study does not mention."""
    open_ = {name: value for name, value in own if name not in columns.model_fields_set}
    return columns.model_copy(update=open_)


def _tables(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    """CSV, TSV, Parquet or JSON lines, each file by its name or all as the study says."""
    readers: list[Reader] = []
    for file in find_files(config.path or "", config.format):
        if file.format == "parquet":
            readers.append(ParquetReader(file, needed, scratch))
        elif file.format == "jsonl":
            readers.append(JsonlReader(file, needed, config.encoding))
        else:
            readers.append(DelimitedReader(file, needed, config.encoding))
    return readers


def _annotated(kind: type[DocumentReader], suffixes: tuple[str, ...]) -> Callable[..., list[Reader]]:
    """Opens the files of an annotated set: in a folder those with these endings."""

    def opened(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
        files = find_named(config.path or "", kind.format, suffixes)
        return [kind(file, needed, config.encoding) for file in files]

    return opened


def _brat(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [BratReader(find_named(config.path or "", "brat", BRAT_SUFFIXES), needed)]


def _of(own: ColumnsConfig) -> Callable[[ColumnsConfig], ColumnsConfig]:
    return lambda columns: filled(columns, own)


def _fhir(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return list(fhir_readers(config, needed))


def _ward(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [WardReader(config.ward, needed)]


FORMATS = {
    "csv": Format("comma-separated text with a header (also ; or |), quoted as in RFC 4180, plain or .gz", _tables),
    "tsv": Format("tab-separated text with a header, plain or .gz", _tables),
    "parquet": Format("Apache Parquet, plain or .gz", _tables),
    "jsonl": Format("one JSON object a line, plain or .gz", _tables),
    "fhir": Format(
        "FHIR R4 bulk export: notes of DocumentReference and DiagnosticReport (NDJSON)", _fhir, _of(FHIR_COLUMNS)
    ),
    "brat": Format("BRAT standoff: X.txt with X.ann beside it", _brat, _of(BRAT_COLUMNS)),
    "pubtator": Format(
        "PubTator: titles and abstracts with mentions by offset",
        _annotated(PubtatorReader, PUBTATOR_SUFFIXES),
        _of(PUBTATOR_COLUMNS),
    ),
    "conll": Format(
        "CoNLL: a token a line, its tag in the last column", _annotated(ConllReader, CONLL_SUFFIXES), _of(CONLL_COLUMNS)
    ),
    "squad": Format(
        "SQuAD 1.1 and 2.0: passages with questions and answers",
        _annotated(SquadReader, SQUAD_SUFFIXES),
        _of(SQUAD_COLUMNS),
    ),
    "ward": Format("the synthetic ward, made by the program itself", _ward, ward_columns),
}
"""Formats by their name."""


def open_readers(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
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
    opening = FORMATS[config.format].open if config.format in FORMATS else _tables
    return opening(config, needed, scratch)
