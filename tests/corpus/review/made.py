"""Notes and judgements made for tests of reviews."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wardspace.corpus.deidentify import Finding
from wardspace.corpus.review import Answer, Judgement, Review, ReviewNote
from wardspace.corpus.review.judgement import judged_spans
from wardspace.corpus.review.kept import judgement_file

TEXT = "Mr. Quillfeather saw Okonkwo on 12 April 2019. Murphy's sign absent."
QUILLFEATHER, OKONKWO, DATE, MURPHY = (4, 16), (21, 28), (32, 45), (47, 53)


def finding(place: tuple[int, int], kind: str = "NAME", detector: str = "names") -> Finding:
    return Finding(*place, kind, 0.9, detector)


def said(verdict: str, place: tuple[int, int], kind: str = "NAME", found: int | None = None) -> dict:
    return {"verdict": verdict, "found": found, "start": place[0], "end": place[1], "type": kind}


def answer(*spans: dict, done: bool = True) -> Answer:
    return Answer.model_validate({"done": done, "spans": spans})


def judgement(text: str, findings: Sequence[Finding], given: Answer, note_id: str = "n1") -> Judgement:
    spans = judged_spans(text, findings, given)
    return Judgement(note_id=note_id, text="0" * 64, settings="s", time="t", done=given.done, spans=spans)


def review(folder: Path, notes: Sequence[ReviewNote], settings: str = "s") -> Review:
    return Review(notes, judgement_file(folder / "review.jsonl"), settings, seed=1)


def note(note_id: str = "n1", text: str = TEXT, places: Sequence[tuple[int, int]] = (QUILLFEATHER,)) -> ReviewNote:
    return ReviewNote(note_id, text, tuple(finding(place) for place in places))
