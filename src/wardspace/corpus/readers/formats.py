"""The formats of `corpus.source.format`: how each is opened, and which roles its columns have by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.readers.brat import BRAT_COLUMNS, BRAT_SUFFIXES, BratReader, brat_files
from wardspace.corpus.readers.conll import CONLL_COLUMNS, ConllReader
from wardspace.corpus.readers.delimited import DelimitedReader
from wardspace.corpus.readers.fhir import FHIR_COLUMNS, FhirReader, fhir_files
from wardspace.corpus.readers.files import SourceFile, find_files, find_named
from wardspace.corpus.readers.jsonl import JsonlReader
from wardspace.corpus.readers.parquet import ParquetReader
from wardspace.corpus.readers.pubtator import PUBTATOR_COLUMNS, PubtatorReader
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.squad import SQUAD_COLUMNS, SquadReader
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
    files : function, optional
        The files behind a source, where they are not told by their names.
    """

    about: str
    open: Callable[[SourceConfig, Columns, Path], list[Reader]]
    columns: Callable[[ColumnsConfig], ColumnsConfig] | None = None
    files: Callable[[SourceConfig], list[SourceFile]] | None = None


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


def _annotated(kind: type[DocumentReader], about: str, own: ColumnsConfig, suffixes: tuple[str, ...]) -> Format:
    """A set of annotated documents: in a folder the files with these endings."""

    def files(config: SourceConfig) -> list[SourceFile]:
        return find_named(config.path or "", kind.format, suffixes)

    def opened(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
        return [kind(file, needed, config.encoding) for file in files(config)]

    return Format(about, opened, lambda columns: filled(columns, own), files)


def _brat(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [BratReader(find_named(config.path or "", "brat", BRAT_SUFFIXES), needed)]


def _fhir(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [FhirReader(file, needed, config.encoding) for file in fhir_files(config)]


def _ward(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [WardReader(config.ward, needed)]


FORMATS = {
    "csv": Format("comma-separated text with a header (also ; or |), quoted as in RFC 4180, plain or .gz", _tables),
    "tsv": Format("tab-separated text with a header, plain or .gz", _tables),
    "parquet": Format("Apache Parquet, plain or .gz", _tables),
    "jsonl": Format("one JSON object a line, plain or .gz", _tables),
    "fhir": Format(
        "FHIR R4 bulk export: notes of DocumentReference and DiagnosticReport (NDJSON)",
        _fhir,
        lambda columns: filled(columns, FHIR_COLUMNS),
        fhir_files,
    ),
    "brat": Format(
        "BRAT standoff: X.txt with X.ann beside it", _brat, lambda columns: filled(columns, BRAT_COLUMNS), brat_files
    ),
    "pubtator": _annotated(
        PubtatorReader,
        "PubTator: titles and abstracts with mentions by offset",
        PUBTATOR_COLUMNS,
        (".pubtator", ".txt"),
    ),
    "conll": _annotated(
        ConllReader,
        "CoNLL: a token a line, its tag in the last column",
        CONLL_COLUMNS,
        (".conll", ".bio", ".iob", ".iob2", ".tsv", ".txt"),
    ),
    "squad": _annotated(
        SquadReader, "SQuAD 1.1 and 2.0: passages with questions and answers", SQUAD_COLUMNS, (".json",)
    ),
    "ward": Format("the synthetic ward, made by the program itself", _ward, ward_columns, lambda config: []),
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


def source_files(config: SourceConfig) -> list[SourceFile]:
    """The files that a source is read from; none of the synthetic ward.

    Raises
    ------
    CorpusError
        If there is no such file.
    """
    known = FORMATS.get(config.format)
    return known.files(config) if known and known.files else find_files(config.path or "", config.format)
