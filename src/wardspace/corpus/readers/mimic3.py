"""MIMIC-III notes: NOTEEVENTS, with the primary diagnoses of DIAGNOSES_ICD where a study asks for them.

Reference: Johnson et al. (2016), "MIMIC-III, a freely accessible critical care database", Scientific Data 3:160035; the
columns are those of version 1.4.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.corpus.readers.derived import Check, Derived, DerivingReader
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.mimic_triage import is_summary, primary_codes, triage_area
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.tables import Tables, key, opener
from wardspace.corpus.rejects import Fault

COLUMNS = ColumnsConfig(note_id="ROW_ID", patient_id="SUBJECT_ID", time="NOTE_TIME", text="TEXT", metadata=["CATEGORY"])
"""Roles of the columns of MIMIC-III; NOTE_TIME is CHARTTIME or, where that is empty, CHARTDATE."""

ERROR = Fault("marked as an error", "ISERROR is 1: a physician marked this note as an error")

_NOTES, _DIAGNOSES = "NOTEEVENTS", "DIAGNOSES_ICD"
_FROM_DIAGNOSES = ("TRIAGE", "PRIMARY_ICD9")


def mimic3_files(config: SourceConfig) -> list[SourceFile]:
    """The files that notes and labels are read from."""
    return _tables(config).files()


def open_mimic3(config: SourceConfig, needed: tuple[str, ...], scratch: Path) -> list[Reader]:
    """A reader of NOTEEVENTS; the diagnoses are read first, if a column needs them.

    Raises
    ------
    CorpusError
        If a table that is needed or a column of it is missing or damaged.
    """
    tables = _tables(config)
    notes = tables.need(_NOTES, "it holds the notes of MIMIC-III")
    derived = {"NOTE_TIME": Derived(("CHARTTIME", "CHARTDATE"), _first_filled)}
    asked = [name for name in needed if name.upper() in _FROM_DIAGNOSES]
    if asked:
        diagnoses = tables.need(_DIAGNOSES, f"{', '.join(asked)} is made from the primary diagnoses")
        derived |= _from_codes(primary_codes(diagnoses, config.encoding, scratch))
    return [
        DerivingReader(
            opener(file, config.encoding, scratch),
            needed,
            "mimic-iii",
            derived=derived,
            check=Check(("ISERROR",), _marked),
        )
        for file in notes
    ]


def _tables(config: SourceConfig) -> Tables:
    return Tables(config.path or "", (_NOTES, _DIAGNOSES), _NOTES)


def _from_codes(codes: dict[str, str]) -> dict[str, Derived]:
    def code(admission: Any) -> str | None:
        return codes.get(key(admission) or "")

    def triage(admission: Any, category: Any) -> str | None:
        return triage_area(code(admission)) if is_summary(category) else None

    return {"PRIMARY_ICD9": Derived(("HADM_ID",), code), "TRIAGE": Derived(("HADM_ID", "CATEGORY"), triage)}


def _first_filled(time: Any, date: Any) -> Any:
    return time if time and not str(time).isspace() else date


def _marked(value: Any) -> Fault | None:
    return ERROR if value and key(value) == "1" else None
