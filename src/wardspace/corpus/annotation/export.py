"""Annotated notes as files for other programs: BRAT and JSON lines. They hold the notes' texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from wardspace.core.errors import CorpusError
from wardspace.core.files import digest, owner_only, whole_folder, write_json, write_text
from wardspace.core.version import __version__
from wardspace.corpus.annotation.annotation import MarkedSpan, Value
from wardspace.corpus.annotation.answers import Answers
from wardspace.corpus.corpus import Corpus

JSONL, BRAT, ABOUT = "notes.jsonl", "brat", "manifest.json"
_LONGEST = 180


class AnnotatedNote(NamedTuple):
    """A note with its answer."""

    note_id: str
    patient_id: str
    split: str
    text: str
    value: Value


def annotated_notes(corpus: Corpus, answers: Answers, column: str) -> Iterator[AnnotatedNote]:
    """Yield every note whose answer in a column came from a person, in the order of the corpus."""
    values = answers.values[column]
    for batch in corpus.batches(["note_id", "patient_id", "split", "text"]):
        for note_id, *others in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            if note_id in values:
                patient_id, split, text = others
                yield AnnotatedNote(note_id, patient_id, split, text, values[note_id])


def export_annotations(corpus: Corpus, answers: Answers, column: str, folder: Path, run: Path) -> int:
    """Write the annotated notes of a column: notes.jsonl, for spans also brat/, and manifest.json.

    The files hold whole notes, and need the protection that the notes need. They are readable for their owner alone.
    Where two annotators differ, what was adjudicated is written, else what was said last.

    Parameters
    ----------
    corpus : Corpus
        The notes.
    answers : Answers
        What people said of them.
    column : str
        The column.
    folder : Path
        A new folder outside the run folder.
    run : Path
        The run folder.

    Returns
    -------
    int
        How many notes were written.

    Raises
    ------
    CorpusError
        If the folder lies in the run folder or holds something, or nothing is annotated.
    """
    if folder.resolve().is_relative_to(run.resolve()):
        raise CorpusError("this is inside the run folder", where=folder, fix="export to a folder outside of it")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CorpusError("there is something in this place already", where=folder, fix="name a new folder")
    notes = list(annotated_notes(corpus, answers, column))
    if not notes:
        raise CorpusError(f"nobody has annotated {column} yet", fix="annotate some notes first")
    about = {
        "wardspace": __version__,
        "column": column,
        "types": answers.columns[column].types,
        "notes": len(notes),
        "text": "These files hold whole notes: keep them where the notes themselves may lie.",
    }
    with owner_only(), whole_folder(folder) as scratch:
        write_text(scratch / JSONL, "".join(f"{_record(note, column)}\n" for note in notes))
        if answers.columns[column].kind == "spans":
            _write_brat(notes, answers.columns[column].types, scratch / BRAT)
        write_json(scratch / ABOUT, about)
    return len(notes)


def _record(note: AnnotatedNote, column: str) -> str:
    value = note.value if isinstance(note.value, str) else [span.model_dump() for span in note.value]
    who = {"note_id": note.note_id, "patient_id": note.patient_id, "split": note.split, "text": note.text}
    return json.dumps({**who, column: value}, ensure_ascii=False)


def _write_brat(notes: Sequence[AnnotatedNote], types: Sequence[str], folder: Path) -> None:
    folder.mkdir()
    lines = ["[entities]", *types, "[relations]", "[events]", "[attributes]"]
    (folder / "annotation.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for note in notes:
        # bytes: line breaks of any kind stay as they are
        path = folder / f"{file_name(note.note_id)}.txt"
        path.write_bytes(note.text.encode())
        path.with_name(f"{path.stem}.ann").write_bytes(brat_lines(note).encode())


def file_name(note_id: str) -> str:
    """A note's id as the name of a file: as it is, or quoted as in addresses where a file name cannot hold it."""
    name = quote(note_id, safe=" ")
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}-{digest(note_id)}"


def brat_lines(note: AnnotatedNote) -> str:
    """The spans of a note as BRAT's standoff: one that runs over line breaks is written in stretches, as BRAT does."""
    spans: Sequence[MarkedSpan] = note.value if isinstance(note.value, tuple) else ()
    return "".join(_brat_line(number, span, note.text) for number, span in enumerate(spans, 1))


def _brat_line(number: int, span: MarkedSpan, text: str) -> str:
    found = re.finditer(r"[^\r\n]*[^\r\n\s][^\r\n]*", text[span.start : span.end])
    stretches = [(span.start + one.start(), span.start + one.end()) for one in found]
    places = ";".join(f"{start} {end}" for start, end in stretches)
    words = " ".join(text[start:end] for start, end in stretches)
    return f"T{number}\t{span.type} {places}\t{words}\n"
