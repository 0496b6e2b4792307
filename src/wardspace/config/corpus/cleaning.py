"""What becomes of the text of a note, what counts as missing, and which notes are left out."""

from __future__ import annotations

import math
from typing import Any

from pydantic import Field, field_validator

from wardspace.config.section import Section


class CleanConfig(Section):
    """Steps of cleaning, in the order in which they are applied; each is optional."""

    base64: bool = False
    """Unpack notes that are nothing but base64 of readable text, before all other steps; not for notes with spans."""
    html: bool = False
    """Turn notes with HTML tags into text, before de-identification; notes without tags keep their line breaks and
    lose only character references (`&amp;`). HTML that was escaped (`&lt;p&gt;`) is HTML too."""
    rtf: bool = False
    """Turn notes that are RTF into text, before de-identification; not for notes with spans, whose places it cannot
    follow."""
    unicode: bool = True
    """Compose characters (Unicode NFC)."""
    controls: bool = True
    """Drop control characters other than line breaks and tabs."""
    line_ends: bool = True
    """Turn CR LF, CR, form feeds and other line breaks into LF."""
    trailing_space: bool = True
    """Drop blanks at the end of lines."""
    blank_lines: bool = True
    """Keep at most one empty line in a row, none at the start or end."""
    deidentified_spans: bool = False
    """Delete `[** … **]` spans, as the embedding-space study does for MIMIC-III."""
    headers: list[str] = []
    """Phrases to delete wherever they are (letter heads, disclaimers)."""
    rules: bool = False
    """Delete lines made of dashes, equals signs, underscores or asterisks."""
    list_numerals: bool = False
    """Delete numerals of list items at the start of lines (`1.`, `2)`)."""
    titles: bool = False
    """Expand `dr.` to `doctor` and `m.d.` to `md`, so that their full stops end no sentence."""
    newlines: bool = False
    """Turn line breaks into blanks and collapse runs of blanks."""
    lowercase: bool = False
    """Lower-case the text."""


class MissingConfig(Section):
    """Words that say that a value is missing, compared as they are written: case counts."""

    words: list[str] = ["NULL", "null", "(null)", "[NULL]", "\\N", "nan", "NaN", "NaT", "<NA>", "#N/A"]
    """Mean a missing value in every column, and an empty note where its text is nothing else. A number (-99) is a word
    too."""
    words_outside_categories: list[str] = ["None", "NA", "N/A", "n/a"]
    """The same, but in labels and metadata, where they may be a class of their own."""

    @field_validator("words", "words_outside_categories", mode="before")
    @classmethod
    def _as_written(cls, words: Any) -> Any:
        """Words that YAML itself takes for nothing or for a number (`NULL`, `.nan`, `-99`)."""
        if not isinstance(words, list):
            return words
        found: list[Any] = []
        for word in words:
            if word is None:
                found += ["NULL", "null"]
            elif isinstance(word, float) and math.isnan(word):
                found += ["nan", "NaN"]
            else:
                found.append(str(word) if isinstance(word, int | float) and not isinstance(word, bool) else word)
        return list(dict.fromkeys(found)) if all(isinstance(word, str) for word in found) else found


class RejectConfig(Section):
    """When a note is left out (always with its reason, in rejects.parquet)."""

    min_characters: int = Field(1, ge=1)
    """Notes shorter than this after cleaning are left out."""
    max_bytes: int = Field(5_000_000, ge=1)
    """Notes longer than this in UTF-8 are left out: they are exports gone wrong, not notes."""
