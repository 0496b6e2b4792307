"""One sentence a row, as published sets have it."""

from __future__ import annotations

import csv

import pytest

from wardspace.config import CorpusConfig, SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.readers import open_readers

COLUMNS = ("document_id", "text", "sentences")


def write(path, header, *rows):
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def rows_of(path, columns=COLUMNS):
    (reader,) = open_readers(SourceConfig(path=str(path), format="sentences"), columns, path.parent / "scratch")
    return list(reader.rows())


def said(values):
    _, text, spans = values
    return [(text[one["start"] : one["end"]], one["labels"]) for one in spans]


def test_rows_of_one_document_are_one_note(tmp_path):
    path = write(
        tmp_path / "a.csv", ("document_id", "sentence", "text", "labels"),
        ("7", "0", "Ghrelin was found .", ""), ("7", "1", "It grows , and\nspreads .", "growth|spread"),
        ("8", "0", "One sentence .", "growth"),
    )  # fmt: skip
    first, second = rows_of(path)
    assert (first.number, second.number) == (2, 5)
    assert first.values[:2] == ("7", "Ghrelin was found .\nIt grows , and\nspreads .")
    assert said(first.values) == [("Ghrelin was found .", ""), ("It grows , and\nspreads .", "growth|spread")]
    assert said(second.values) == [("One sentence .", "growth")]


def test_clip(tmp_path):
    """The form of its published files: words and labels as lists, the number of a sentence perhaps twice."""
    path = write(
        tmp_path / "clip.csv", ("doc_id", "sent_index", "sentence", "labels"),
        ("1339", "0", "['pt', 'should', \"don't\"]", "['I-Appointment-related followup', 'I-Other']"),
        ("1339", "1", "['no', 'heavy', 'lifting']", "[]"), ("1339", "1", "[not a list]", ""),
    )  # fmt: skip
    (note,) = rows_of(path)
    assert said(note.values) == [
        ("pt should don't", "I-Appointment-related followup|I-Other"), ("no heavy lifting", ""), ("[not a list]", ""),
    ]  # fmt: skip


def test_bad_rows_are_named_and_the_others_kept(tmp_path):
    path = write(
        tmp_path / "a.csv", ("document_id", "text", "labels"),
        ("1", "one", ""), ("1", "  ", "x"), ("1", "two", "x"), ("", "nobody's", ""), ("2", "three", ""),
        ("1", "late", "x"), ("2", "four", ""), ("3", "[]", "x"), ("3", "five", "x", "more"),
    )  # fmt: skip
    rows = rows_of(path)
    assert [(row.number, row.fault.kind) for row in rows if row.fault] == [
        (3, "empty text"), (5, "missing note id"), (7, "scattered document"), (9, "empty text"),
        (10, next(row.fault.kind for row in rows if row.number == 10)),
    ]  # fmt: skip
    assert [row.values[1] for row in rows if row.values] == ["one\ntwo", "three\nfour"]


def test_other_columns_come_from_the_first_row(tmp_path):
    path = write(
        tmp_path / "a.csv", ("note_id", "text", "label", "patient_id"), ("1", "a", "x", "p"), ("1", "b", "", "q"),
    )  # fmt: skip
    (note,) = rows_of(path, ("patient_id", *COLUMNS))
    assert note.values[0] == "p" and said(note.values[1:]) == [("a", "x"), ("b", "")]


def test_a_document_that_is_too_long_costs_itself(tmp_path):
    path = write(tmp_path / "a.csv", ("document_id", "text", "labels"), *[("1", "x" * 900, "")] * 3, ("2", "fine", ""))
    source = SourceConfig.model_validate({"path": str(path), "format": "sentences", "limits": {"row_characters": 1000}})
    (reader,) = open_readers(source, COLUMNS, tmp_path / "scratch")
    long, fine = reader.rows()
    assert long.fault.kind == "too long" and fine.values[0] == "2"


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(CorpusError, match="labels"):
        rows_of(write(tmp_path / "a.csv", ("document_id", "text"), ("1", "a")))


def test_from_rows_to_a_corpus(tmp_path):
    rows = [(str(i // 3), f"Sentence {i} of a text.", "even" if i % 2 else "") for i in range(60)]
    path = write(tmp_path / "a.csv", ("document_id", "text", "labels"), *rows, ("0", "late", ""))
    config = CorpusConfig(source=SourceConfig(path=str(path), format="sentences"))
    corpus = prepare(config, tmp_path / "corpus", show_progress=False)
    notes = corpus.table(["note_id", "text", "sentences"]).to_pylist()
    assert len(notes) == 20
    found = {one for note in notes for one in said((None, note["text"], note["sentences"]))}
    assert found == {(text, labels) for _, text, labels in rows}
