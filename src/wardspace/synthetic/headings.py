"""Headings, by the author's habit: in capitals on their own line, in words, or as letters before the text."""

from __future__ import annotations

from collections.abc import Mapping

_NAMES: Mapping[str, tuple[str, str]] = {
    "complaint": ("Presenting complaint", "PC"),
    "history": ("History of presenting complaint", "HPC"),
    "past": ("Past medical history", "PMH"),
    "drugs": ("Drug history", "DH"),
    "allergies": ("Allergies", "All"),
    "family": ("Family history", "FH"),
    "social": ("Social history", "SH"),
    "examination": ("On examination", "O/E"),
    "impression": ("Impression", "Imp"),
    "plan": ("Plan", "Plan"),
    "subjective": ("Subjective", "S"),
    "objective": ("Objective", "O"),
    "assessment": ("Assessment", "A"),
    "carried": ("Problem list", "Problems"),
    "details": ("Clinical details", "Clinical details"),
    "technique": ("Technique", "Technique"),
    "comparison": ("Comparison", "Comparison"),
    "findings": ("Findings", "Findings"),
    "reason": ("Reason for admission", "Reason for admission"),
    "course": ("Course in hospital", "Hospital course"),
    "results": ("Investigations", "Ix"),
    "leaving": ("Medication on discharge", "TTO"),
    "next": ("Follow-up", "F/U"),
}

LAYOUTS = ("capitals", "words", "letters")


def heading(key: str, layout: str, *, listed: bool = False) -> str:
    """The heading of a section.

    Parameters
    ----------
    key : str
        Which section.
    layout : str
        One of `LAYOUTS`.
    listed : bool
        Whether a list follows, whose lines begin themselves.
    """
    words, letters = _NAMES[key]
    if layout == "capitals":
        return words.upper() + ("" if listed else "\n")
    return f"{words if layout == 'words' else letters}:"
