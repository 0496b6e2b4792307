"""Columns that people fill by annotating notes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from wardspace.config.section import Section
from wardspace.core.nameable import is_nameable


class AnnotatedConfig(Section):
    """A column that `wardspace annotate` fills, note by note."""

    kind: Literal["spans", "label"]
    """Whether stretches of a note are marked, or the note as a whole gets one label."""
    types: list[str] = Field(min_length=1)
    """Types of the spans, or the labels to choose from; the first nine have the number keys."""

    @model_validator(mode="after")
    def _types_are_names(self) -> AnnotatedConfig:
        if len(set(self.types)) < len(self.types):
            raise ValueError("types: one of them is named twice")
        if not all(name.strip() and is_nameable(name) for name in self.types):
            raise ValueError("types: a type is a short name")
        if self.kind == "spans" and any(len(name.split()) != 1 for name in self.types):
            raise ValueError("types: no blanks in types of spans, which files of BRAT could not hold")
        return self
