"""Reviewed notes as examples to train a tagger on: raw text, so these stay in memory unless a file is named."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError, machine_faults
from wardspace.corpus.review.drawing import original_notes
from wardspace.corpus.review.judgement import text_digest
from wardspace.corpus.review.kept import latest_done, read_judgements


@dataclass(frozen=True)
class Example:
    """A note as it was read, with every identifier that a person says is in it.

    Attributes
    ----------
    note_id : str
        The note.
    text : str
        Raw: nothing is taken out.
    spans : tuple of (int, int, str)
        Start, end (exclusive) and type of each identifier, in the order of the text.
    """

    note_id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]


def reviewed_examples(config: CorpusConfig, review: Path, *, show_progress: bool = True) -> Iterator[Example]:
    """Yield each note that was reviewed whole and has the same words today.

    Parameters
    ----------
    config : CorpusConfig
        Where the notes are: `corpus` of the study that was reviewed.
    review : Path
        Its judgements, `review.jsonl` of the run folder.
    show_progress : bool
        Show a bar on a terminal.

    Raises
    ------
    CorpusError
        If there is no such file or a line of it is no judgement, or for a fault of the source as a whole.

    Examples
    --------
    >>> study = load_study("study.yaml")  # doctest: +SKIP
    >>> examples = list(reviewed_examples(study.corpus, Path("runs/study/review.jsonl")))  # doctest: +SKIP
    """
    said = latest_done(read_judgements(review))
    ids = {note_id for note_id, _ in said}
    seen: set[str] = set()
    for note in original_notes(config, review.parent / "corpus", show_progress=show_progress):
        if note.note_id not in ids or note.note_id in seen:
            continue
        judgement = said.get((note.note_id, text_digest(note.text)))
        if judgement is not None:
            seen.add(note.note_id)
            yield Example(note.note_id, note.text, tuple(span.place for span in judgement.identifiers))


def write_examples(examples: Iterable[Example], path: Path, run: Path) -> int:
    """Write examples as JSON lines: `note_id`, `text`, `spans` (lists of start, end, type).

    The file holds whole notes with nothing taken out, and is as much in need of protection as the source. It is
    readable for its owner alone.

    Parameters
    ----------
    examples : iterable of Example
        What to write.
    path : Path
        A new file outside the run folder.
    run : Path
        The run folder.

    Returns
    -------
    int
        How many were written.

    Raises
    ------
    CorpusError
        If the file lies in the run folder, or is there already.
    """
    if path.resolve().is_relative_to(run.resolve()):
        raise CorpusError(
            "examples hold raw notes, and a run folder holds none outside its corpus",
            where=path,
            fix="name a file outside the run folder, where the notes themselves may lie",
        )
    count = 0
    with machine_faults(path):
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise CorpusError("there is such a file already", where=path, fix="name another, or remove it") from None
        with os.fdopen(handle, "w", encoding="utf-8") as lines:
            for example in examples:
                record = {"note_id": example.note_id, "text": example.text, "spans": example.spans}
                lines.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
    return count
