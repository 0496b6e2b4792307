"""Which identifiers are looked for, and what becomes of them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wardspace.config.section import Section

IdentifierType = Literal[
    "NAME", "DATE", "AGE", "MRN", "NHS", "SSN", "ID", "PHONE", "EMAIL", "URL", "IP", "ADDRESS", "PLACE", "HOSPITAL",
    "REDACTED",
]  # fmt: skip
"""Kinds of identifiers; REDACTED is what was taken out before the notes came here without saying what it was."""

Operator = Literal["remove", "tag", "mask", "surrogate"]
"""What becomes of an identifier."""


class DeidentifyConfig(Section):
    """How identifiers are found and what becomes of them."""

    detectors: list[Literal["rules", "mimic", "known_names", "presidio"]] = ["rules", "mimic", "known_names"]
    """Who looks: clinical rules, marks of MIMIC, names known per patient, Presidio with spaCy (extra `deid`)."""
    name_columns: list[str] = []
    """Columns with names of the note's patient, which are always found in it; they are read, and not kept."""
    threshold: float = Field(0.5, ge=0, le=1)
    """Findings less sure than this are left alone."""
    operator: Operator = "tag"
    """`remove`, `tag` (as `[NAME]`), `mask` (asterisks of the same length) or `surrogate` (invented, consistent)."""
    by_type: dict[IdentifierType, Operator] = {}
    """Other operators for single types, as `{DATE: surrogate}`."""
    review: str | None = None
    """File of a person's judgements (`prepare --review` writes it): notes judged there get that person's redactions.
    Null takes `review.jsonl` of the run folder where it is there."""
    key_file: str | None = None
    """File of the secret behind the surrogates, made if it is not there; it must lie outside the corpus folder."""
    day_first: bool = False
    """Whether 4/5/23 is the 4th of May when dates are shifted (in the UK it is)."""
    max_shift_days: int = Field(365, ge=1, le=36500)
    """A patient's dates are shifted by one number of days, at most this many back or forth and never none."""
    valid_nhs_numbers: bool = True
    """Whether invented NHS numbers have a right check digit; they are of the range 999, which is given to nobody."""

    def operator_of(self, kind: str) -> Operator:
        """What becomes of identifiers of a type."""
        for name, operator in self.by_type.items():
            if name == kind:
                return operator
        return self.operator

    @property
    def needs_key(self) -> bool:
        """Whether anything is replaced by surrogates."""
        return "surrogate" in (self.operator, *self.by_type.values())
