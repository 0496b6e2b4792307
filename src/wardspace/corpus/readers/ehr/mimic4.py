"""MIMIC-IV-Note: discharge summaries and radiology reports.

Reference: Johnson et al. (2023), "MIMIC-IV-Note: Deidentified free-text clinical notes" (version 2.2), PhysioNet.
"""

from __future__ import annotations

from pathlib import Path

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.derived import DerivingReader
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.tables import Tables, opener

COLUMNS = ColumnsConfig(
    note_id="note_id", patient_id="subject_id", time="charttime", text="text", metadata=["note_type"]
)
"""Roles of the columns of MIMIC-IV-Note."""

_TABLES = ("discharge", "radiology")


def mimic4_files(config: SourceConfig) -> list[SourceFile]:
    """The files that notes are read from; `discharge_detail` and `radiology_detail` hold none.

    Raises
    ------
    CorpusError
        If the folder holds neither table.
    """
    path = config.path or ""
    tables = Tables(path, _TABLES, "notes", config.limits)
    # if a file is named, the other is not needed
    files = tables.get("notes") or tables.files()
    if not files:
        held = ", ".join(tables.seen[:8]) or "no files"
        raise CorpusError(
            "neither discharge.csv nor radiology.csv (plain or .gz) in this folder",
            where=path,
            fix=f"see to corpus.source.path; the folder holds {held}",
        )
    return files


def open_mimic4(config: SourceConfig, needed: tuple[str, ...], scratch: Path, missing: MissingConfig) -> list[Reader]:
    """One reader for each table that is there.

    Raises
    ------
    CorpusError
        If there is none, or a column of one is missing.
    """
    files = mimic4_files(config)
    return [DerivingReader(opener(file, config.encoding, scratch), needed, "mimic-iv-note") for file in files]
