"""Which values of a column may be named outside the corpus: short ones, for a long one may be text of a note."""

from __future__ import annotations

LONGEST = 60
"""Characters of a value that is still a name."""


def is_nameable(value: str) -> bool:
    """Whether a value is short enough to be a name; a column of free text, given by mistake, must not be printed."""
    return len(value) <= LONGEST
