"""The files of annotations: one an annotator, one for what was adjudicated; and what they come to."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from wardspace.core.errors import CorpusError
from wardspace.corpus.annotation.annotation import Annotation, AnswerKind
from wardspace.corpus.journal import Journal, read_journal

FOLDER = "annotations"
"""Where they lie in a corpus folder."""
ADJUDICATED = "adjudicated"
"""Takes the place of an annotator's name for what was decided where two differ."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_WHAT = "annotation"

ByNote = dict[str, Annotation]
"""Annotations by the id of their note."""


def annotation_file(corpus: Path, annotator: str) -> Journal[Annotation]:
    """The file of one annotator, to add to; another annotator's is not touched.

    Parameters
    ----------
    corpus : Path
        The corpus folder.
    annotator : str
        A name, or `ADJUDICATED`.

    Raises
    ------
    CorpusError
        If this is no name, the same annotator is at work in another process, or a line of the file is no annotation.
    """
    if not _NAME.fullmatch(annotator):
        raise CorpusError(
            f"{annotator!r} cannot name a file",
            where="--annotator",
            fix="use letters, digits, full stops, underscores and hyphens",
        )
    path = corpus / FOLDER / f"{annotator}.jsonl"
    return Journal(path, Annotation, what=_WHAT, busy=f"{annotator} is annotating this run in another process")


class Annotations:
    """All annotations of a corpus.

    Parameters
    ----------
    lines : mapping of str to sequence of Annotation
        By annotator, in the order in which they were made.
    """

    def __init__(self, lines: Mapping[str, Sequence[Annotation]]) -> None:
        self._lines = dict(lines)

    @classmethod
    def read(cls, corpus: Path) -> Annotations:
        """Those of a corpus folder.

        Raises
        ------
        CorpusError
            If a line is no annotation.
        """
        files = sorted(path for path in (corpus / FOLDER).glob("*.jsonl") if _NAME.fullmatch(path.stem))
        return cls({path.stem: read_journal(path, Annotation, _WHAT) for path in files})

    def of(self, annotator: str, column: str, kind: AnswerKind) -> ByNote:
        """What one annotator said last of each note; a note that was skipped last is not among them."""
        last = {one.note_id: one for one in self._lines.get(annotator, ()) if (one.column, one.kind) == (column, kind)}
        return {note_id: one for note_id, one in last.items() if one.value is not None}

    def by_annotator(self, column: str, kind: AnswerKind) -> dict[str, ByNote]:
        """What every annotator said last of each note, in the order of their names; nothing that was adjudicated."""
        found = {name: self.of(name, column, kind) for name in sorted(self._lines) if name != ADJUDICATED}
        return {name: notes for name, notes in found.items() if notes}

    def gold(self, column: str, kind: AnswerKind) -> ByNote:
        """The answer of each note: what was adjudicated, else what was said of it last."""
        found: ByNote = {}
        for notes in self.by_annotator(column, kind).values():
            for note_id, one in notes.items():
                if note_id not in found or one.time > found[note_id].time:
                    found[note_id] = one
        for note_id, one in self.of(ADJUDICATED, column, kind).items():
            if note_id not in found or found[note_id].text == one.text:
                found[note_id] = one
        return found

    def differing(self, column: str, kind: AnswerKind) -> dict[str, list[Annotation]]:
        """Notes on whose answer annotators differ, with their answers; what was adjudicated is not among them."""
        several: dict[str, list[Annotation]] = {}
        for notes in self.by_annotator(column, kind).values():
            for note_id, one in notes.items():
                several.setdefault(note_id, []).append(one)
        decided = self.of(ADJUDICATED, column, kind)
        return {
            note_id: said
            for note_id, said in several.items()
            if any(one.text == other.text and one.value != other.value for one, other in combinations(said, 2))
            and not (note_id in decided and decided[note_id].text == said[-1].text)
        }


def kept_over(corpus: Path, new: Path) -> None:
    """Let a corpus folder that is to replace another have its annotations, those that are being made among them.

    Files are linked and not copied, where the disk can do that: a page that is open meanwhile goes on adding to them.
    """
    for path in sorted(one for one in (corpus / FOLDER).glob("*") if one.is_file()):
        (new / FOLDER).mkdir(mode=0o700, exist_ok=True)
        try:
            os.link(path, new / FOLDER / path.name)
        except OSError:
            shutil.copy2(path, new / FOLDER / path.name)
