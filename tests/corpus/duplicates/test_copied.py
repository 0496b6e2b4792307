import json

import pytest

from tests.fixtures.sources import csv_text, prepared, rejected, texts

HISTORY = "History of heart failure, diabetes and two falls at home last winter."
PLAN = "Plan: physiotherapy each day, weigh every morning, and home when steady on the stairs."
COLUMNS = {"patient_id": "who", "time": "at"}
HEADER = ("note_id", "who", "at", "text")
ROWS = [
    ("late", "p", "2024-01-03", f"Day three.\n\n{HISTORY.upper()}\n\n{PLAN}"),
    ("early", "p", "2024-01-01", f"Day one.\n\n{HISTORY}"),
    ("middle", "p", "2024-01-02", f"Day two.\n\n{PLAN}\n\nNo change."),
    ("other", "q", "2024-01-09", f"{HISTORY}\n\nSomebody else."),
]


def step(corpus):
    return corpus.manifest.steps[-1]


def prepare_rows(tmp_path, rows, header=HEADER, columns=COLUMNS, **options):
    (tmp_path / "notes.csv").write_text(csv_text(rows, header))
    options = {"paragraph_words": 8, "report_near": None, **options}
    return prepared(tmp_path / "notes.csv", tmp_path / "corpus", columns, deduplicate=options)


def test_copied_paragraphs_are_counted_and_left_alone(tmp_path):
    corpus = prepare_rows(tmp_path, ROWS)
    assert texts(corpus) == {row[0]: row[3] for row in ROWS}
    words = len(f"{HISTORY} {PLAN}".split())
    assert step(corpus) == {
        "step": "deduplicate.copied_forward",
        "mode": "report",
        "paragraphs": 2,
        "words": words,
        "notes": 1,
        "without_time": 0,
    }


@pytest.mark.parametrize("rows", [ROWS, ROWS[::-1]])
def test_they_are_cut_from_the_later_note_in_any_order_of_rows(tmp_path, rows):
    corpus = prepare_rows(tmp_path, rows, copied_forward="remove")
    assert texts(corpus) == {row[0]: row[3] for row in ROWS} | {"late": "Day three."}
    assert step(corpus)["paragraphs"] == 2


def test_short_paragraphs_stay(tmp_path):
    corpus = prepare_rows(tmp_path, ROWS, copied_forward="remove", paragraph_words=13)
    assert texts(corpus)["late"] == f"Day three.\n\n{HISTORY.upper()}"


def test_a_note_of_copies_alone_is_left_out(tmp_path):
    rows = [*ROWS, ("copy", "p", "2024-01-04", f"{PLAN}\n\n{HISTORY}")]
    corpus = prepare_rows(tmp_path, rows, copied_forward="remove")
    assert rejected(corpus) == [("notes.csv", 18, "copy", "copied forward")]
    assert step(corpus)["left_out"] == 1
    assert len(corpus) == corpus.manifest.counts["notes"] == 4
    assert corpus.manifest.statistics["notes_per_patient"]["max"] == 3


def test_what_was_left_out_is_no_earlier_note(tmp_path):
    rows = [("first", "p", "2024-01-01", PLAN), ("second", "p", "2024-01-02", f"{PLAN}\n\nGoing home.")]
    corpus = prepare_rows(tmp_path, rows, copied_forward="remove", near=0.5)
    assert texts(corpus) == {"second": f"{PLAN}\n\nGoing home."}


def test_without_times_the_order_of_rows_decides(tmp_path):
    rows = [("a", "p", "", PLAN), ("b", "p", "", f"{PLAN}\n\nMore."), ("c", "p", "2030-01-01", f"Now.\n\n{PLAN}")]
    corpus = prepare_rows(tmp_path, rows, copied_forward="remove")
    assert texts(corpus) == {"b": "More.", "c": f"Now.\n\n{PLAN}"}  # what has a time comes first
    assert step(corpus)["without_time"] == 2


def test_spans_follow_the_text(tmp_path):
    text = f"Ana:\n\n{HISTORY}\n\nOn metformin.\n\n{PLAN}"
    places = [text.index(word) for word in ("Ana", "diabetes", "metformin", "stairs")]
    spans = [
        {"start": place, "end": place + size, "code": code}
        for place, size, code in zip(places, (3, 8, 9, 6), "abcd", strict=True)
    ]
    rows = [("1", "p", "2024-01-01", f"{HISTORY}\n\n{PLAN}", ""), ("2", "p", "2024-01-02", text, json.dumps(spans))]
    columns = COLUMNS | {"spans": ["drugs"]}
    corpus = prepare_rows(tmp_path, rows, (*HEADER, "drugs"), columns, copied_forward="remove")
    note = corpus.table(["text", "drugs"]).to_pylist()[1]
    assert note["text"] == "Ana:\n\nOn metformin."
    assert [(s["code"], note["text"][s["start"] : s["end"]]) for s in note["drugs"]] == [
        ("a", "Ana"),
        ("c", "metformin"),
    ]
    assert step(corpus)["spans_dropped"] == corpus.manifest.counts["spans_dropped"] == 2


def test_without_patients_there_is_nothing_to_look_for(tmp_path):
    assert step(prepare_rows(tmp_path, ROWS, columns={}))["skipped"] == "no patient column"
    assert step(prepare_rows(tmp_path, ROWS, copied_forward="off"))["step"] == "split"
