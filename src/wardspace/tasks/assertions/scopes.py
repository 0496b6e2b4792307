"""How far what is said of a finding may reach: within its sentence, and not across a heading."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from wardspace.corpus.note.headings import Heading, headings
from wardspace.corpus.note.sentences import sentences


def scopes(text: str, found: Sequence[Heading] | None = None) -> list[int]:
    r"""First character of each scope: of each sentence, of a heading and of what is under it.

    `found` are the headings, where they are known.

    Examples
    --------
    >>> text = "FH: gout. No chest\npain"
    >>> [text[start:end].strip() for start, end in zip(scopes(text), [*scopes(text)[1:], None])]
    ['FH:', 'gout.', 'No chest\npain']
    """
    known = headings(text) if found is None else found
    begun = (one.start for one in sentences(text))
    return sorted({0, *begun, *(heading.start for heading in known), *(heading.end for heading in known)})


def bounds(starts: Sequence[int], length: int, start: int, end: int) -> tuple[int, int]:
    """The scope, or scopes, that a stretch of a text of some length is in."""
    first = bisect_right(starts, start) - 1
    after = bisect_right(starts, max(start, end - 1))
    return starts[first], starts[after] if after < len(starts) else length
