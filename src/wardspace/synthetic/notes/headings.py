"""Headings, by the author's habit: in capitals on their own line, in words, or as letters before the text."""

from __future__ import annotations

from wardspace.synthetic.tables.tables import headings

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
    words, letters = headings()[key]
    if layout == "capitals":
        return words.upper() + ("" if listed else "\n")
    return f"{words if layout == 'words' else letters}:"
