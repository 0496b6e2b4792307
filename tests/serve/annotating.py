"""Sessions of annotation for tests of the page."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.annotation.made import COLUMNS, TEXTS
from wardspace.corpus.annotation import SuggestedLabel, SuggestedSpan, Suggestion, annotation_file
from wardspace.corpus.annotation.session import Asked, Session, SessionNote


class Suggests:
    """Finds some words, or a label."""

    def __init__(self, words: dict[str, str] | None = None, label: str | None = None) -> None:
        self.words, self.label = words or {}, label

    def suggestion(self, note: SessionNote) -> Suggestion | None:
        if self.label:
            return SuggestedLabel(type=self.label, confidence=0.75)
        places = [(note.text.find(words), words, kind) for words, kind in self.words.items()]
        return tuple(
            SuggestedSpan(start=start, end=start + len(words), type=kind, confidence=0.75)
            for start, words, kind in sorted(places)
            if start >= 0
        )

    def learn(self, note, value) -> None:
        pass


def opened(folder: Path, column: str = "drugs", annotator: str = "ann", notes=tuple(TEXTS), **more) -> Session:
    """A session on the notes in several scripts; its file stays open until `closed`."""
    chosen = [SessionNote(name, TEXTS[name]) for name in notes]
    file = annotation_file(folder, annotator)
    return Session(Asked(column, COLUMNS[column], annotator), chosen, file, **more)


def closed(session: Session) -> None:
    session._file.__exit__(None, None, None)
