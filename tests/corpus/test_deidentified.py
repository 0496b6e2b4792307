"""De-identification as a step of `prepare`."""

from __future__ import annotations

import json

import pytest

from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.processing import chunks, local

FAMILY, GIVEN = "Quillfeather", "Zebulon"


def write(path, count=40):
    with path.open("w") as handle:
        for i in range(count):
            text = f"Mr. {GIVEN} {FAMILY} was seen on 12 April 20{10 + i % 10}. No fever in bed {i}. MRN: 83{i:04d}77."
            start = text.index("fever")
            spans = [{"start": start, "end": start + 5, "kind": "sign"}, {"start": 4, "end": 11, "kind": "name"}]
            row = {"note_id": f"n{i}", "patient": f"p{i // 4}", "surname": FAMILY, "text": text, "marks": spans}
            handle.write(json.dumps(row) + "\n")
    return path


def prepared(tmp_path, source, name="corpus", **options):
    config = {
        "source": {"path": str(source)},
        "columns": {"patient_id": "patient", "spans": ["marks"]},
        "deduplicate": {"exact": False, "report_near": None},
        "deidentify": {"name_columns": ["surname"], **options.pop("deidentify", {})},
        **options,
    }
    return prepare(CorpusConfig.model_validate(config), tmp_path / name, show_progress=False)


def stored(corpus):
    return b"".join(file.read_bytes() for file in corpus.folder.rglob("*") if file.is_file())


def test_identifiers_are_taken_out_and_spans_follow(tmp_path):
    corpus = prepared(tmp_path, write(tmp_path / "notes.jsonl"), clean={"lowercase": True})
    notes = corpus.table(["text", "marks"]).to_pylist()
    for note in notes:
        assert FAMILY.lower() not in note["text"]
        assert "[name] was seen on [date]. no fever" in note["text"]
        by_kind = {span["kind"]: note["text"][span["start"] : span["end"]] for span in note["marks"]}
        assert by_kind == {"sign": "fever", "name": "[name]"}
    step = next(step for step in corpus.manifest.steps if step["step"] == "deidentify")
    assert step["notes"] == 40
    assert (step["found"]["NAME"], step["found"]["DATE"], step["found"]["MRN"]) == (40, 40, 40)
    assert step["detectors"]["known"]["marked"] == 40
    assert "surname" not in corpus.table(["note_id"]).schema.names
    assert FAMILY.encode() not in stored(corpus)


def test_surrogates_are_the_same_in_all_notes_of_a_patient(tmp_path):
    key = tmp_path / "keys" / "ward.key"
    corpus = prepared(
        tmp_path, write(tmp_path / "notes.jsonl"), deidentify={"operator": "surrogate", "key_file": str(key)}
    )
    names: dict[str, set[str]] = {}
    for note in corpus.table(["patient_id", "text"]).to_pylist():
        names.setdefault(note["patient_id"], set()).add(note["text"].split(" was seen")[0])
    assert all(len(found) == 1 for found in names.values())
    assert len(set.union(*names.values())) > 1
    assert key.stat().st_mode & 0o077 == 0
    again = prepared(
        tmp_path, tmp_path / "notes.jsonl", "again", deidentify={"operator": "surrogate", "key_file": str(key)}
    )
    assert again.content_hash == corpus.content_hash


def test_several_processes_make_the_same_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "_ALONE", 1)
    monkeypatch.setattr(chunks, "ROWS", 5)
    source = write(tmp_path / "notes.jsonl")
    alone, helped = (prepared(tmp_path, source, f"with-{n}", workers=n) for n in (0, 2))
    assert helped.content_hash == alone.content_hash
    assert helped.manifest.steps == alone.manifest.steps


def test_the_key_may_not_lie_with_the_notes(tmp_path):
    inside = tmp_path / "corpus" / "key"
    with pytest.raises(CorpusError, match="the key of de-identification lies in the corpus folder"):
        prepared(
            tmp_path, write(tmp_path / "notes.jsonl"), deidentify={"operator": "surrogate", "key_file": str(inside)}
        )


def test_without_it_notes_stay_as_they_are(tmp_path):
    source = write(tmp_path / "notes.jsonl")
    config = CorpusConfig.model_validate({"source": {"path": str(source)}, "deduplicate": {"exact": False}})
    assert FAMILY in prepare(config, tmp_path / "plain", show_progress=False).table(["text"])["text"][0].as_py()
