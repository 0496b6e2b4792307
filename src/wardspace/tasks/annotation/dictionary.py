"""Spans suggested by a dictionary of what was marked before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property

from wardspace.corpus.annotation import SuggestedSpan, Value
from wardspace.corpus.annotation.session import SessionNote
from wardspace.corpus.note.scripts import has_unspaced


class DictionarySuggester:
    """Finds words that were marked in other notes, whatever their case, and the longest where several fit.

    The confidence of a span is the share of its words' places in the annotated notes that were marked with its type,
    with one right and one wrong place added, since what was seen once is not sure.

    Parameters
    ----------
    notes : mapping of SessionNote to tuple of MarkedSpan
        Notes with their spans.
    """

    def __init__(self, notes: Mapping[SessionNote, Value]) -> None:
        self._notes = dict(notes)

    def learn(self, note: SessionNote, value: Value | None) -> None:
        """Take a note into the dictionary, or out of it."""
        self._notes.pop(note, None)
        if value is not None:
            self._notes[note] = value
        self.__dict__.pop("_terms", None)

    def suggestion(self, note: SessionNote) -> tuple[SuggestedSpan, ...]:
        """Spans in the order of the text; none of them overlap."""
        pattern, terms = self._terms
        if pattern is None:
            return ()
        found = [(one, terms[one[0].lower()]) for one in pattern.finditer(note.text) if one[0].lower() in terms]
        return tuple(
            SuggestedSpan(start=one.start(), end=one.end(), type=kind, confidence=confidence)
            for one, (kind, confidence) in found
        )

    @cached_property
    def _terms(self) -> tuple[re.Pattern[str] | None, dict[str, tuple[str, float]]]:
        """What finds terms, and the type and confidence of each."""
        marked: dict[str, Counter[str]] = defaultdict(Counter)
        for note, value in self._notes.items():
            for span in value if isinstance(value, tuple) else ():
                marked[note.text[span.start : span.end].lower()][span.type] += 1
        if not marked:
            return None, {}
        pattern = re.compile("|".join(map(_bounded, sorted(marked, key=len, reverse=True))), re.IGNORECASE)
        seen = Counter(one[0].lower() for note in self._notes for one in pattern.finditer(note.text))
        kinds = {term: counts.most_common(1)[0] for term, counts in marked.items()}
        return pattern, {
            term: (kind, (count + 1) / (max(seen[term], marked[term].total()) + 2))
            for term, (kind, count) in kinds.items()
        }


def _bounded(term: str) -> str:
    """A pattern of a term that is no part of a longer word; scripts without blanks have no such borders."""
    before = r"(?<!\w)" if _has_border(term[0]) else ""
    after = r"(?!\w)" if _has_border(term[-1]) else ""
    return f"{before}{re.escape(term)}{after}"


def _has_border(sign: str) -> bool:
    return sign.isalnum() and not has_unspaced(sign)
