"""Which of several copies and versions of a note are kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wardspace.config.section import Section


class VersionsConfig(Section):
    """What tells that two notes are versions of one; notes that lack any of it are all kept."""

    time: str | None = None
    """Column of the time that versions share; null takes `corpus.columns.time`."""
    category: str | None = None
    """Column of the kind of note; null leaves it out of the comparison."""
    caregiver: str | None = None
    """Column of who wrote it; null leaves it out of the comparison."""
    stored: str | None = None
    """Column of when it was stored (ISO 8601, or a number): the last is kept. Null uses the order of rows."""


class DeduplicateConfig(Section):
    """Which copies are left out."""

    exact: bool = True
    """Leave out a note whose normalised text (case, blanks and punctuation aside) was seen before."""
    versions: VersionsConfig | None = None
    """Of notes of one patient, time, category and caregiver keep the one stored last; `{}` turns it on, null off."""
    near: float | None = Field(None, ge=0.3, le=1)
    """Leave out near-duplicates of a kept note: the least Jaccard similarity of their shingles; null is off."""
    report_near: float | None = Field(0.8, ge=0.3, le=1)
    """Look for near-duplicates between splits, from this similarity on; null is off."""
    across_splits: Literal["remove", "report"] = "remove"
    """What becomes of training notes near to one of validation or test: left out, or counted only."""
    shingle: int = Field(3, ge=1, le=20)
    """Words of a shingle."""
    copied_forward: Literal["report", "remove", "off"] = "report"
    """Paragraphs that stood in an earlier note of the same patient: count, cut from the later note, or off."""
    paragraph_words: int = Field(20, ge=1)
    """Copied paragraphs of fewer words are passed over."""
