"""How words are counted for TF-IDF."""

from __future__ import annotations

from typing import Literal

from wardspace.config.section import Section

TermKind = Literal["auto", "words", "characters"]


class TfidfConfig(Section):
    """The baseline that counts words."""

    terms: TermKind = "auto"
    """What is counted: `words` (words and pairs of words), `characters` (runs of two to four characters within words),
    or `auto`: words, and runs of one to three characters wherever the notes are in a script that puts no blanks between
    words, such as Chinese, Japanese or Thai."""
