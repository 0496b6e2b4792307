"""The triage label of MIMIC-III discharge summaries: the clinical area that the primary diagnosis belongs to.

The labels group the twenty commonest primary ICD-9 codes into seven areas, as in "Developing Healthcare Language Model
Embedding Spaces" (2024). Codes are text: read as a number, 0389 (sepsis) would lose its zero, and its class its notes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wardspace.core.errors import CorpusError
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.tables import key, open_table

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


def primary_codes(files: Iterable[SourceFile], encoding: str, scratch: Path) -> dict[str, str]:
    """The primary ICD-9 code (SEQ_NUM 1) of each admission, from DIAGNOSES_ICD.

    Parameters
    ----------
    files : iterable of SourceFile
        Files of DIAGNOSES_ICD.
    encoding : str
        Text encoding, or `auto`.
    scratch : Path
        Folder for files that live only as long as the reading.

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
            admission, rank, code = (key(value) for value in row.values)
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
