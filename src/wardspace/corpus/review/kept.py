"""The file of judgements, and which of them count."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from wardspace.core.errors import CorpusError
from wardspace.corpus.journal import Journal, read_journal
from wardspace.corpus.review.judgement import Judgement

Key = tuple[str, str]
"""Id of a note and digest of its text."""
_WHAT = "judgement"


def read_judgements(path: Path) -> list[Judgement]:
    """All judgements of a file in their order; a last line that was cut off is passed over.

    Raises
    ------
    CorpusError
        If there is no such file, or a line of it is no judgement.
    """
    if not path.is_file():
        raise CorpusError(
            "no such file of judgements",
            where=path,
            fix="name the review.jsonl of a run in corpus.deidentify.review, or leave that key null",
        )
    return read_journal(path, Judgement, _WHAT)


def latest(judgements: Iterable[Judgement]) -> dict[Key, Judgement]:
    """What was said last of each note."""
    return {(said.note_id, said.text): said for said in judgements}


def latest_done(judgements: Iterable[Judgement]) -> dict[Key, Judgement]:
    """What was said of each note when it was last marked as done: opening it again takes nothing back."""
    return latest(said for said in judgements if said.done)


def judgement_file(path: Path) -> Journal[Judgement]:
    """The file of judgements, to add to.

    Raises
    ------
    CorpusError
        If another process holds the file, or a line of it is no judgement.
    """
    return Journal(path, Judgement, what=_WHAT, busy="another review of this run is open")
