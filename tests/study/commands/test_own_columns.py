"""Notes are read for a model as its study read its own, where their file can be of that format."""

from __future__ import annotations

import pytest
import yaml

from wardspace.config import parse_study
from wardspace.study.commands.own_columns import own_columns
from wardspace.study.folder import RunFolder

NAMED = {"note_id": "N", "text": "T", "patient_id": "P"}


def run_of(folder, format_, **columns):
    study = parse_study({"corpus": {"source": {"path": "old", "format": format_}, "columns": columns}})
    run = RunFolder(folder)
    run.begin()
    run.study.write_text(yaml.safe_dump(study.resolved()))
    return str(run.model("any"))


@pytest.mark.parametrize(
    ("format_", "columns", "notes", "read"),
    [
        ("pubtator", {}, "new.PubTator.txt", ("pubtator", "id", "text", None)),
        ("pubtator", {}, "new.csv", ("auto", "note_id", "text", None)),
        ("pubtator", {}, "new.jsonl.gz", ("auto", "note_id", "text", None)),
        ("brat", {}, "folder", ("brat", "id", "text", None)),
        ("conll", {}, "new.tsv", ("conll", "id", "text", None)),
        ("squad", {}, "new.json", ("squad", "id", "text", "article")),
        ("fhir", {}, "new.ndjson", ("fhir", "id", "text", "patient")),
        ("csv", NAMED, "new.csv", ("csv", "N", "T", "P")),
        ("csv", NAMED, "new.parquet", ("auto", "N", "T", "P")),
        ("auto", NAMED, "new.parquet", ("auto", "N", "T", "P")),
        ("mimic-iii", {}, "NOTEEVENTS.csv", ("mimic-iii", "ROW_ID", "TEXT", "SUBJECT_ID")),
    ],
)
def test_format_and_columns(tmp_path, format_, columns, notes, read):
    own = own_columns(run_of(tmp_path, format_, **columns), notes, {"format": None, "encoding": None}, None, None)
    assert (own.source.format, own.note_id, own.text, own.patient_id) == read
    assert own.source.path == notes
    assert own.patient_optional == (own.patient_id is not None)


def test_the_command_line_has_the_last_word(tmp_path):
    model = run_of(tmp_path, "csv", **NAMED)
    own = own_columns(model, "new.csv", {"format": "pubtator"}, "body", None, patient_id="who")
    assert (own.source.format, own.note_id, own.text, own.patient_id) == ("pubtator", "N", "body", "who")
    assert not own.patient_optional
