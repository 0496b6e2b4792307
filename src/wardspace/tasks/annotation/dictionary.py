"""Spans suggested by a dictionary of what was marked before, which grows while a person works."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from wardspace.corpus.annotation import SuggestedSpan, Value
from wardspace.corpus.annotation.session import SessionNote
from wardspace.tasks.entities.dictionary import Dictionary
from wardspace.tasks.entities.words import Example


class DictionarySuggester:
    """Finds what was marked in other notes; see `wardspace.tasks.entities.dictionary.Dictionary`.

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
        self.__dict__.pop("_learned", None)

    def suggestion(self, note: SessionNote) -> tuple[SuggestedSpan, ...]:
        """Spans in the order of the text; none of them overlap."""
        dictionary, types = self._learned
        return tuple(SuggestedSpan.model_validate(one._asdict()) for one in dictionary.mentions(note.text, types))

    @cached_property
    def _learned(self) -> tuple[Dictionary, list[str]]:
        """The dictionary and the types of its terms."""
        spans = {note: value if isinstance(value, tuple) else () for note, value in self._notes.items()}
        types = sorted({span.type for marked in spans.values() for span in marked})
        examples = [
            Example.of(note.text, [(span.start, span.end, types.index(span.type)) for span in marked])
            for note, marked in spans.items()
        ]
        return Dictionary.learned(examples), types
