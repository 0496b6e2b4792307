"""The formats of `corpus.source.format`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.files import file_digest
from wardspace.corpus.readers.annotated.brat import BRAT_COLUMNS, BRAT_SUFFIXES, BratReader, brat_files
from wardspace.corpus.readers.annotated.conll import CONLL_COLUMNS, ConllReader
from wardspace.corpus.readers.annotated.document_reader import DocumentReader
from wardspace.corpus.readers.annotated.pubtator import PUBTATOR_COLUMNS, PubtatorReader
from wardspace.corpus.readers.annotated.sentence_rows import SENTENCE_COLUMNS, SentenceRowsReader
from wardspace.corpus.readers.annotated.squad import SQUAD_COLUMNS, SquadReader
from wardspace.corpus.readers.boundary import GuardedReader, whole_faults
from wardspace.corpus.readers.columns import EmptyReader
from wardspace.corpus.readers.csv.reader import DelimitedReader
from wardspace.corpus.readers.ehr import meds, mimic3, mimic4, omop
from wardspace.corpus.readers.fhir.export import fhir_content, fhir_files, open_fhir
from wardspace.corpus.readers.fhir.fhir import FHIR_COLUMNS
from wardspace.corpus.readers.files import SourceFile, find_files, find_named
from wardspace.corpus.readers.format import Columns, Format, own_columns
from wardspace.corpus.readers.jsonl import JsonlReader
from wardspace.corpus.readers.parquet import ParquetReader
from wardspace.corpus.readers.partitions import PartitionedReader, partitions
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.ward import WardReader, ward_columns
from wardspace.corpus.schema import SPLIT


def _within(config: SourceConfig, files: list[SourceFile]) -> list[SourceFile]:
    """The files, named with the split that they are: those of two splits may have one name, and documents take it."""
    return [replace(file, name=f"{config.split}/{file.name}") for file in files] if config.split else files


def _format(
    kind: type[DocumentReader | SentenceRowsReader], about: str, own: ColumnsConfig, suffixes: tuple[str, ...]
) -> Format:
    """One text file after the other: in a folder those with these endings."""

    def files(config: SourceConfig) -> list[SourceFile]:
        return _within(config, find_named(config.path or "", kind.format, suffixes, config.limits))

    def readers(config: SourceConfig, needed: Columns, scratch: Path, missing: MissingConfig) -> list[Reader]:
        return [kind(file, needed, config.encoding) if file.size else EmptyReader(file) for file in files(config)]

    return Format(about, readers, own_columns(own), files, suffixes=suffixes)


def _brat(config: SourceConfig, needed: Columns, scratch: Path, missing: MissingConfig) -> list[Reader]:
    texts = find_named(config.path or "", "brat", BRAT_SUFFIXES, config.limits)
    return [BratReader(_within(config, texts), needed, config.encoding)]


ANNOTATED = {
    "brat": Format(
        "BRAT standoff: X.txt with X.ann", _brat, own_columns(BRAT_COLUMNS), brat_files, suffixes=BRAT_SUFFIXES
    ),
    "pubtator": _format(
        PubtatorReader,
        "PubTator: titles and abstracts with mentions by offset",
        PUBTATOR_COLUMNS,
        (".pubtator", ".txt"),
    ),
    "conll": _format(
        ConllReader,
        "CoNLL: a token a line, its tag in the last column",
        CONLL_COLUMNS,
        (".conll", ".bio", ".iob", ".iob2", ".tsv", ".txt"),
    ),
    "sentences": _format(
        SentenceRowsReader,
        "one sentence a row, with its document and its labels: CLIP and its like",
        SENTENCE_COLUMNS,
        (".csv", ".tsv"),
    ),
    "squad": _format(SquadReader, "SQuAD 1.1 and 2.0: passages with questions and answers", SQUAD_COLUMNS, (".json",)),
}
"""Formats by their name."""


def _tables(config: SourceConfig, needed: Columns, scratch: Path, missing: MissingConfig) -> list[Reader]:
    """CSV, TSV, Parquet or JSON lines, each file by its name or all as the study says."""
    readers: list[Reader] = []
    for file in _within(config, find_files(config.path or "", config.format, config.limits)):
        of_folders = {name: value for name, value in partitions(file.path).items() if name in needed}
        opening = partial(_table, file, config, scratch)
        readers.append(PartitionedReader(opening, needed, of_folders) if of_folders else opening(needed))
    return readers


def _table(file: SourceFile, config: SourceConfig, scratch: Path, needed: Columns) -> Reader:
    if not file.size:
        return EmptyReader(file)
    if file.format == "parquet":
        return ParquetReader(file, needed, scratch, config.encoding)
    if file.format == "jsonl":
        return JsonlReader(file, needed, config.encoding)
    return DelimitedReader(file, needed, config.encoding, delimiter=config.delimiter, quotes=config.quotes)


def _no_files(config: SourceConfig) -> list[SourceFile]:
    return []


def _ward(config: SourceConfig, needed: Columns, scratch: Path, missing: MissingConfig) -> list[Reader]:
    return [WardReader(config.ward, needed)]


FORMATS = {
    "csv": Format("comma-separated text with a header (also ; or |), quoted as in RFC 4180, plain or .gz", _tables),
    "tsv": Format("tab-separated text with a header, plain or .gz", _tables),
    "parquet": Format("Apache Parquet, plain or .gz", _tables),
    "jsonl": Format("one JSON object a line, plain or .gz", _tables),
    "mimic-iii": Format(
        "MIMIC-III: NOTEEVENTS, with labels from DIAGNOSES_ICD",
        mimic3.open_mimic3,
        own_columns(mimic3.COLUMNS),
        mimic3.mimic3_files,
    ),
    "mimic-iv-note": Format(
        "MIMIC-IV-Note: discharge summaries and radiology reports",
        mimic4.open_mimic4,
        own_columns(mimic4.COLUMNS),
        mimic4.mimic4_files,
    ),
    "omop": Format(
        "OMOP CDM 5.4: the NOTE table as CSV or Parquet, or in a database",
        omop.open_omop,
        own_columns(omop.COLUMNS),
        omop.omop_files,
        omop.omop_content,
    ),
    "meds": Format(
        "MEDS: texts of events in Parquet, with the splits of the data set",
        meds.open_meds,
        own_columns(meds.COLUMNS),
        meds.meds_files,
    ),
    "fhir": Format(
        "FHIR R4 bulk export: notes of DocumentReference and DiagnosticReport (NDJSON)",
        open_fhir,
        own_columns(FHIR_COLUMNS),
        fhir_files,
        fhir_content,
    ),
    **ANNOTATED,
    "ward": Format("the synthetic ward, made by the program itself", _ward, ward_columns, _no_files),
}
"""Formats by their name."""


def source_files(config: SourceConfig) -> list[SourceFile]:
    """The files a source consists of, those that are joined to the notes among them.

    Raises
    ------
    CorpusError
        If there is no such file, or its format cannot be determined.
    """
    known = FORMATS.get(config.format)
    found: list[SourceFile] = []
    for part in config.parts() or [config]:
        if known and known.files:
            with whole_faults(part.format, part.path or ""):
                found += known.files(part)
        else:
            found += _within(part, find_files(part.path or "", part.format))
    return found


def source_content(config: SourceConfig) -> list[tuple[str, str]]:
    """Name and digest of everything a source is read from: equal where nothing in it has changed.

    Raises
    ------
    CorpusError
        If there is no such file, or a database cannot be read.
    """
    known = FORMATS.get(config.format)
    found: list[tuple[str, str]] = []
    for part in config.parts():
        if known and known.content:
            with whole_faults(part.format, part.path or ""):
                content = known.content(part)
        else:
            content = [(file.name, file_digest(file.path)) for file in source_files(part)]
        found += [(f"{part.split}/{name}" if part.split else name, digest) for name, digest in content]
    return found


def open_readers(
    config: SourceConfig, needed: Columns, scratch: Path, missing: MissingConfig | None = None
) -> list[Reader]:
    """One reader for each file of a source, each checked to have the columns that are needed.

    What a reader raises costs the row or file that it was at (`wardspace.corpus.readers.boundary`). Of a source that is
    given split by split the column `SPLIT` is the split of each file.

    Parameters
    ----------
    config : SourceConfig
        Where the notes are.
    needed : tuple of str
        Source columns to read.
    scratch : Path
        Folder for files that live only as long as the reading (it need not exist yet).
    missing : MissingConfig, optional
        Words for missing values among the ids that tables are joined by.

    Raises
    ------
    CorpusError
        If there is no such file, its format cannot be determined, it is damaged, or a column is missing.
    """
    opening = FORMATS[config.format].open if config.format in FORMATS else _tables
    stored = tuple(name for name in needed if name != SPLIT)
    found: list[Reader] = []
    for part in config.parts() or [config]:
        with whole_faults(part.format, part.path or ""):
            readers = opening(part, stored, scratch / part.split, missing or MissingConfig())
        found += [GuardedReader(_of_split(reader, part.split, needed)) for reader in readers]
    return found


def _of_split(reader: Reader, split: str, needed: Columns) -> Reader:
    if not split:
        return reader
    values: dict[str, str | None] = {SPLIT: split} if SPLIT in needed else {}
    return PartitionedReader(lambda _: reader, needed, values, f"{split}/")
