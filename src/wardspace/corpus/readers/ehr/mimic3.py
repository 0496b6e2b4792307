"""MIMIC-III notes: NOTEEVENTS, with the primary diagnoses of DIAGNOSES_ICD where a study asks for them.

Reference: Johnson et al. (2016), "MIMIC-III, a freely accessible critical care database", Scientific Data 3:160035; the
columns are those of version 1.4.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wardspace.config import ColumnsConfig, SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.derived import Check, Derived, DerivingReader
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Reader
from wardspace.corpus.readers.tables import Tables, open_table, opener
from wardspace.corpus.values.canonical import Keys

AREAS = {
    "Cardiology": ("41401", "41071", "4241", "4240", "4280", "41011", "41041"),
    "Obstetrics": ("V3001", "V3000", "V3101"),
    "Respiratory": ("51881", "486", "5070"),
    "Neurology": ("431", "430"),
    "Gastroenterology": ("5789", "5770"),
    "Acute medicine": ("0389", "5849"),
    "Oncology": ("1983",),
}
"""Primary ICD-9 codes of each area, without their points, as MIMIC-III writes them."""

_AREA = {code: area for area, codes in AREAS.items() for code in codes}
_SUMMARY = "discharge summary"
_SHORTEST_CODE = 3
_LOST_ZERO = "389"


def triage_area(code: str | None) -> str | None:
    """The area of a primary ICD-9 code; None for a code of none of them."""
    return _AREA.get(code) if code else None


def is_summary(category: Any) -> bool:
    """Whether a note of this CATEGORY is a discharge summary."""
    return category is not None and str(category).strip().casefold() == _SUMMARY


def primary_codes(files: Iterable[SourceFile], encoding: str, scratch: Path, keys: Keys) -> dict[str, str]:
    """The primary ICD-9 code (SEQ_NUM 1) of each admission, from DIAGNOSES_ICD.

    Parameters
    ----------
    files : iterable of SourceFile
        Files of DIAGNOSES_ICD.
    encoding : str
        Text encoding, or `auto`.
    scratch : Path
        Folder for files that live only as long as the reading.
    keys : Keys
        Reads ids.

    Returns
    -------
    dict
        Code by HADM_ID: one entry for each of the 58,976 admissions of MIMIC-III.

    Raises
    ------
    CorpusError
        If a column is missing, a row cannot be read, or codes have lost their leading zeros.
    """
    codes: dict[str, str] = {}
    for file in files:
        for row in open_table(file, ("HADM_ID", "SEQ_NUM", "ICD9_CODE"), encoding, scratch).rows():
            where = f"{file.name}, row {row.number}"
            if row.values is None:
                reason = row.fault.reason if row.fault else "it cannot be read"
                raise CorpusError(f"a row of diagnoses is damaged: {reason}", where=where, fix="export the file again")
            admission, rank = (keys.key(value) for value in row.values[:2])
            code = str(row.values[2] or "").strip()  # a code, and no number: 428.0 is not 428
            if admission and code and rank == "1":
                codes.setdefault(admission, _checked(code.replace(".", "").upper(), where))
    return codes


def _checked(code: str, where: str) -> str:
    # No ICD-9 code is shorter than three digits, and 389 is a heading under which nothing is coded.
    if code.isdigit() and (len(code) < _SHORTEST_CODE or code == _LOST_ZERO):
        raise CorpusError(
            "an ICD-9 code has lost its leading zero: some program took the codes for numbers",
            where=f"{where}, column ICD9_CODE",
            fix="take the file as PhysioNet gives it, or export ICD9_CODE as text",
        )
    return code


COLUMNS = ColumnsConfig(note_id="ROW_ID", patient_id="SUBJECT_ID", time="NOTE_TIME", text="TEXT", metadata=["CATEGORY"])
"""Roles of the columns of MIMIC-III; NOTE_TIME is CHARTTIME or, where that is empty, CHARTDATE."""

ERROR = Fault("marked as an error", "ISERROR is 1: a physician marked this note as an error")

_NOTES, _DIAGNOSES = "NOTEEVENTS", "DIAGNOSES_ICD"
_FROM_DIAGNOSES = ("TRIAGE", "PRIMARY_ICD9")


def mimic3_files(config: SourceConfig) -> list[SourceFile]:
    """The files that notes and labels are read from."""
    return _tables(config).files()


def open_mimic3(config: SourceConfig, needed: tuple[str, ...], scratch: Path, missing: MissingConfig) -> list[Reader]:
    """A reader of NOTEEVENTS; the diagnoses are read first, if a column needs them.

    Raises
    ------
    CorpusError
        If a table that is needed or a column of it is missing or damaged.
    """
    tables = _tables(config)
    notes = tables.need(_NOTES, "it holds the notes of MIMIC-III")
    keys = Keys(missing)
    derived = {"NOTE_TIME": Derived(("CHARTTIME", "CHARTDATE"), keys.first)}
    asked = [name for name in needed if name.upper() in _FROM_DIAGNOSES]
    if asked:
        diagnoses = tables.need(_DIAGNOSES, f"{', '.join(asked)} is made from the primary diagnoses")
        derived |= _from_codes(primary_codes(diagnoses, config.encoding, scratch, keys), keys)
    return [
        DerivingReader(
            opener(file, config.encoding, scratch),
            needed,
            "mimic-iii",
            derived=derived,
            check=Check(("ISERROR",), lambda value: ERROR if value and keys.key(value) == "1" else None),
        )
        for file in notes
    ]


def _tables(config: SourceConfig) -> Tables:
    return Tables(config.path or "", (_NOTES, _DIAGNOSES), _NOTES, config.limits)


def _from_codes(codes: dict[str, str], keys: Keys) -> dict[str, Derived]:
    def code(admission: Any) -> str | None:
        return codes.get(keys.key(admission) or "")

    def triage(admission: Any, category: Any) -> str | None:
        return triage_area(code(admission)) if is_summary(category) else None

    return {"PRIMARY_ICD9": Derived(("HADM_ID",), code), "TRIAGE": Derived(("HADM_ID", "CATEGORY"), triage)}
