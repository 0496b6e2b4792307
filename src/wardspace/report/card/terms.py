"""The terms of the notes in a model card."""

from __future__ import annotations

import re

from wardspace.config import TermsConfig

TERMS = "Terms of the notes"
"""Heading of the section."""
_SECTION = re.compile(rf"\n## {TERMS}\n.*?(?=\n## |\Z)", re.S)


def with_terms(card: str, terms: TermsConfig) -> str:
    """A card with the section on the terms of the notes, in the place of an earlier one; without it if none is stated.

    Parameters
    ----------
    card : str
        The card.
    terms : TermsConfig
        The terms.
    """
    bare = _SECTION.sub("", card)
    if not terms.stated:
        return bare
    lines = [
        f"- Licence: {_line(terms.licence)}",
        f"- Data use agreement: {_line(terms.agreement)}",
        f"- Export of this model: {terms.export}",
        f"- Serving of this model: {terms.serve}",
    ]
    return f"{bare.rstrip()}\n\n## {TERMS}\n\n" + "\n".join(lines) + "\n"


def _line(value: str | None) -> str:
    return "not stated" if value is None else " ".join(value.split())
