"""What is exported is read again, by our own readers, with the same words at the same places."""

import json
import stat

import pytest

from tests.corpus.annotation.made import COLUMNS, SPANS, TEXTS, corpus_of, said, spans
from wardspace.config import CorpusConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.annotation import Answers, annotation_file
from wardspace.corpus.annotation.export import export_annotations, file_name

AS_IT_IS = dict.fromkeys(["unicode", "controls", "line_ends", "trailing_space", "blank_lines"], False)


@pytest.fixture
def exported(tmp_path):
    """The folders of an export of spans and of one of labels."""
    corpus = corpus_of(tmp_path / "run" / "corpus")
    with annotation_file(corpus.folder, "ann") as file:
        for note_id in SPANS:
            file.add(said(note_id, spans(note_id)))
        file.add(said("plain", "urgent"))
    answers = Answers.of(corpus, COLUMNS)
    counts = [export_annotations(corpus, answers, name, tmp_path / name, tmp_path / "run") for name in COLUMNS]
    assert counts == [len(SPANS), 1]
    return tmp_path


def read(folder, source, columns):
    config = {"source": source, "columns": columns, "clean": AS_IT_IS, "deduplicate": {"report_near": None}}
    table = prepare(CorpusConfig.model_validate(config), folder, show_progress=False).table()
    return {row["note_id"]: row for row in table.to_pylist()}


def hulls(records):
    """Start of the first stretch and end of the last of each entity, with its type."""
    found = {}
    for one in records:
        start, end, kind = found.get(one["id"], (one["start"], one["end"], one["type"]))
        found[one["id"]] = (min(start, one["start"]), max(end, one["end"]), kind)
    return sorted(found.values())


def test_brat_is_read_again(exported):
    notes = read(
        exported / "a",
        {"path": str(exported / "drugs" / "brat"), "format": "brat"},
        {"note_id": "id", "spans": ["entities"]},
    )
    assert {name: row["text"] for name, row in notes.items()} == TEXTS
    assert {name: hulls(row["entities"]) for name, row in notes.items()} == {
        name: [span.place for span in spans(name)] for name in SPANS
    }


def test_a_span_over_line_breaks_is_written_in_stretches(exported):
    (line,) = (exported / "drugs" / "brat" / "breaks.ann").read_text().splitlines()
    _, place, words = line.split("\t")
    stretches = [tuple(map(int, one.split())) for one in place.removeprefix("Drug ").split(";")]
    assert [TEXTS["breaks"][start:end] for start, end in stretches] == ["aspirin", "81 mg"]
    assert words == "aspirin 81 mg"


def test_json_lines_are_read_again(exported):
    columns = {"patient_id": "patient_id", "split": "split", "spans": ["drugs"]}
    notes = read(exported / "b", {"path": str(exported / "drugs" / "notes.jsonl")}, columns)
    assert {name: row["text"] for name, row in notes.items()} == TEXTS
    assert {name: [tuple(one.values()) for one in row["drugs"]] for name, row in notes.items()} == {
        name: [span.place for span in spans(name)] for name in SPANS
    }
    assert {name: row["split"] for name, row in notes.items()}["plain"] == "train"
    (label,) = map(json.loads, (exported / "urgency" / "notes.jsonl").read_text().splitlines())
    assert (label["note_id"], label["urgency"], label["text"]) == ("plain", "urgent", TEXTS["plain"])
    assert not (exported / "urgency" / "brat").exists()


def test_only_the_owner_can_read_what_is_exported(exported):
    folder = exported / "drugs"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert json.loads((folder / "manifest.json").read_text())["notes"] == len(SPANS)


def test_an_export_is_refused_in_a_run_on_top_of_something_and_of_nothing(exported):
    corpus = corpus_of(exported / "other" / "corpus")
    run, answers = exported / "other", Answers.of(corpus, COLUMNS)
    for folder in (run / "out", exported / "drugs", exported / "new"):
        with pytest.raises(CorpusError):
            export_annotations(corpus, answers, "drugs", folder, run)
    assert not (exported / "new").exists()


@pytest.mark.parametrize("note_id", ["a/b", "..", "ü", "a" * 400, "a" * 401, "x:y*?", "a b"])
def test_any_id_names_a_file_of_its_own(note_id, tmp_path):
    names = {file_name(one) for one in (note_id, note_id + "x", note_id + "/")}
    assert len(names) == 3
    for name in names:
        (tmp_path / f"{name}.txt").write_text("")
    assert len(list(tmp_path.iterdir())) == 3
