"""What a person said is what `prepare` takes out."""

from __future__ import annotations

import json

import pytest

from tests.corpus.review.made import answer, said
from tests.fixtures.sources import corpus_config, prepared, texts
from wardspace.core.errors import CorpusError
from wardspace.corpus.processing import chunks, local
from wardspace.corpus.review import Review
from wardspace.corpus.review.kept import judgement_file

MISSED, FALSE_ALARM = "quillfeather", "Mr. Grey Zone"
COLUMNS = {"patient_id": "patient"}
OPTIONS = {"deduplicate": {"exact": False, "report_near": None}, "deidentify": {}}


def write(path, count=30, words="No fever."):
    rows = [
        {
            "note_id": f"n{i}",
            "patient": f"p{i}",
            "text": f"😀 Sister {MISSED} saw {FALSE_ALARM} on 12 April 2019. {words} {i}",
        }
        for i in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def reviewed(tmp_path, source, count):
    """Every redaction but the doubtful name accepted, the name in lower case marked; in so many notes."""
    path = tmp_path / "review.jsonl"
    config = corpus_config(source, COLUMNS, **OPTIONS)
    with judgement_file(path) as file:
        review = Review.draw(config, count, file, tmp_path / "corpus", show_progress=False)
        for number, note in enumerate(review.notes):
            spans = [
                said(
                    "rejected" if note.text[f.start : f.end] in FALSE_ALARM else "accepted", (f.start, f.end), f.type, i
                )
                for i, f in enumerate(note.findings)
            ]
            assert {span["verdict"] for span in spans} == {"rejected", "accepted"}
            start = note.text.index(MISSED)
            review.judge(number, answer(*spans, said("missed", (start, start + len(MISSED)))))
        return path, {note.note_id for note in review.notes}


def made(tmp_path, source, review, name="after", **options):
    deidentify = {**options.pop("deidentify", {}), "review": str(review)}
    return prepared(source, tmp_path / name, COLUMNS, **{**OPTIONS, "deidentify": deidentify, **options})


def step_of(corpus):
    return next(step for step in corpus.manifest.steps if step["step"] == "deidentify")


def test_notes_that_were_reviewed_get_the_corrected_redactions(tmp_path):
    source = write(tmp_path / "notes.jsonl")
    before = texts(prepared(source, tmp_path / "before", COLUMNS, **OPTIONS))
    path, ids = reviewed(tmp_path, source, 7)
    corpus = made(tmp_path, source, path)
    after = texts(corpus)
    assert len(ids) == 7
    for note_id, text in after.items():
        if note_id in ids:
            number = note_id[1:]
            assert text == f"😀 Sister [NAME] saw {FALSE_ALARM} on [DATE]. No fever. {number}"
        else:
            assert text == before[note_id]
            assert MISSED in text
    step = step_of(corpus)
    assert step["reviewed"] == 7
    assert step["detectors"]["review"] == {"marked": 14, "alone": 7}
    assert "review" not in step_of(prepared(source, tmp_path / "plain", COLUMNS, **OPTIONS))


def test_several_processes_use_them_too(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_ALONE", 1)
    monkeypatch.setattr(chunks, "ROWS", 5)
    source = write(tmp_path / "notes.jsonl")
    path, ids = reviewed(tmp_path, source, 20)
    alone, helped = (made(tmp_path, source, path, f"with-{workers}", workers=workers) for workers in (0, 2))
    assert helped.content_hash == alone.content_hash
    assert helped.manifest.steps == alone.manifest.steps
    assert sum(MISSED not in text for text in texts(helped).values()) == len(ids) == 20


def test_a_note_with_other_words_is_left_to_the_detectors(tmp_path):
    path, _ = reviewed(tmp_path, write(tmp_path / "notes.jsonl"), 7)
    source = write(tmp_path / "notes.jsonl", words="No cough.")
    corpus = made(tmp_path, source, path)
    assert all(MISSED in text and FALSE_ALARM not in text for text in texts(corpus).values())
    assert step_of(corpus)["reviewed"] == 0


def test_operators_and_spans_go_by_the_corrections(tmp_path):
    source = write(tmp_path / "notes.jsonl")
    path, ids = reviewed(tmp_path, source, 3)
    key = {"operator": "surrogate", "key_file": str(tmp_path / "keys" / "key")}
    found = texts(made(tmp_path, source, path, deidentify=key))
    for note_id in ids:
        assert MISSED not in found[note_id]
        assert "[NAME]" not in found[note_id]
        assert FALSE_ALARM in found[note_id]


def test_marks_of_mimic_stay_tags_where_a_person_accepted_them(tmp_path):
    source = tmp_path / "notes.jsonl"
    source.write_text(json.dumps({"note_id": "a", "text": "Seen by [**Last Name (NamePattern1)**] today."}) + "\n")
    options = {"operator": "surrogate", "key_file": str(tmp_path / "keys" / "key")}
    config = corpus_config(source, deidentify=options)
    with judgement_file(tmp_path / "review.jsonl") as file:
        review = Review.draw(config, 1, file, tmp_path / "corpus", show_progress=False)
        (found,) = review.notes[0].findings
        review.judge(0, answer(said("accepted", (found.start, found.end), found.type, 0)))
    options["review"] = str(tmp_path / "review.jsonl")
    (text,) = texts(prepared(source, tmp_path / "after", deidentify=options)).values()
    assert text == f"Seen by [{found.type}] today."


def test_a_file_that_is_not_there_is_told(tmp_path):
    source = write(tmp_path / "notes.jsonl")
    with pytest.raises(CorpusError, match="no such file of judgements"):
        made(tmp_path, source, tmp_path / "none.jsonl")
