"""Annotated sets as formats: BRAT, PubTator, CoNLL and SQuAD."""

from __future__ import annotations

from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.readers.brat import BRAT_COLUMNS, BRAT_SUFFIXES, BratReader, brat_files
from wardspace.corpus.readers.conll import CONLL_COLUMNS, ConllReader
from wardspace.corpus.readers.empty import EmptyReader
from wardspace.corpus.readers.files import SourceFile, find_named
from wardspace.corpus.readers.format import Columns, Format, own_columns
from wardspace.corpus.readers.pubtator import PUBTATOR_COLUMNS, PubtatorReader
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.squad import SQUAD_COLUMNS, SquadReader
from wardspace.corpus.readers.whole import DocumentReader


def _format(kind: type[DocumentReader], about: str, own: ColumnsConfig, suffixes: tuple[str, ...]) -> Format:
    """One text file after the other: in a folder those with these endings."""

    def files(config: SourceConfig) -> list[SourceFile]:
        return find_named(config.path or "", kind.format, suffixes)

    def opened(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
        return [kind(file, needed, config.encoding) if file.size else EmptyReader(file) for file in files(config)]

    return Format(about, opened, own_columns(own), files)


def _brat(config: SourceConfig, needed: Columns, scratch: Path) -> list[Reader]:
    return [BratReader(find_named(config.path or "", "brat", BRAT_SUFFIXES), needed, config.encoding)]


ANNOTATED = {
    "brat": Format("BRAT standoff: X.txt with X.ann beside it", _brat, own_columns(BRAT_COLUMNS), brat_files),
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
    "squad": _format(SquadReader, "SQuAD 1.1 and 2.0: passages with questions and answers", SQUAD_COLUMNS, (".json",)),
}
"""Formats by their name."""
