"""What people say of notes is a column of the next training, and costs nothing that it does not change."""

from __future__ import annotations

import json
import re

import pytest

from tests.fixtures.studies import small_study
from wardspace.core.errors import WardspaceError
from wardspace.corpus import Corpus
from wardspace.corpus.annotation import Annotation, MarkedSpan, annotation_file
from wardspace.corpus.annotation.kept import FOLDER
from wardspace.corpus.review.judgement import text_digest
from wardspace.study import Study
from wardspace.tasks import classes_of, read_predictions

TASKS = [{"name": "area", "label": "area"}, {"name": "urgency", "label": "urgency"}]


@pytest.fixture
def study(tmp_path):
    values = small_study(tmp_path, adapt=[], tasks=TASKS)
    values["corpus"]["annotations"] = {"urgency": {"kind": "label", "types": ["routine", "urgent"]}}
    return Study.parse(values, tmp_path / "run")


def annotated(study, every):
    """Annotate every nth note by a word that is in it."""
    table = Corpus.open(study.folder.corpus).table(["note_id", "text"])
    with annotation_file(study.folder.corpus, "ann") as file:
        for note_id, text in list(zip(*(one.to_pylist() for one in table.columns), strict=True))[::every]:
            value = "urgent" if "pain" in text else "routine"
            who = {"note_id": note_id, "text": text_digest(text), "column": "urgency", "annotator": "ann"}
            file.add(Annotation(**who, kind="label", time="1", seconds=1, value=value))


def stages(study, event):
    lines = [json.loads(line) for line in study.folder.log.read_text().splitlines()]
    return {line["stage"] for line in lines if line["event"] == event}


def test_a_task_learns_from_what_was_annotated_and_nothing_else_runs_again(study):
    study.run("prepare")
    with pytest.raises(WardspaceError, match="no note has a value in urgency"):
        study.run("evaluate")
    annotated(study, 2)
    study.run("evaluate")
    found = read_predictions(study.folder.predictions("urgency", "base", "frozen"))
    assert classes_of(found) == ["routine", "urgent"]
    assert 0 < len(set(found["note_id"].to_pylist())) < len(Corpus.open(study.folder.corpus)) / 2
    study.folder.log.unlink()
    annotated(study, 1)
    study.run("evaluate")
    again = {"evaluate/urgency-base-frozen", "evaluate/urgency-tfidf-frozen"}
    assert {stage for stage in stages(study, "finished") if stage.startswith(("eval", "embed", "prep"))} == again
    assert {"prepare", "embed/base", "evaluate/area-base-frozen"} <= stages(study, "kept")
    more = read_predictions(study.folder.predictions("urgency", "base", "frozen"))
    assert len(set(more["note_id"].to_pylist())) > len(set(found["note_id"].to_pylist()))


def test_a_corpus_that_is_prepared_again_keeps_its_annotations(study, tmp_path, capsys):
    study.run("prepare")
    annotated(study, 1)
    values = study.config.resolved()
    values["corpus"]["clean"]["lowercase"] = True
    Study.parse(values, tmp_path / "run").run("prepare")
    lines = (study.folder.corpus / FOLDER / "ann.jsonl").read_text().splitlines()
    assert len(lines) == len(Corpus.open(study.folder.corpus))
    # their words are others now
    assert f"urgency: 0 notes annotated; {len(lines)} of notes" in capsys.readouterr().err
    study.run("prepare")
    assert f"urgency: {len(lines)} notes annotated" in capsys.readouterr().err


def test_entities_are_learned_from_spans_of_people_and_unmarked_notes_are_left_out(tmp_path):
    tasks = [{"name": "signs", "kind": "entities", "spans": "signs", "baselines": []}]
    values = small_study(tmp_path, adapt=[], tasks=tasks)
    values["corpus"]["annotations"] = {"signs": {"kind": "spans", "types": ["Sign"]}}
    study = Study.parse(values, tmp_path / "run")
    study.run("prepare")
    table = Corpus.open(study.folder.corpus).table(["note_id", "text"])
    marked = {}
    with annotation_file(study.folder.corpus, "ann") as file:
        for note_id, text in list(zip(*(one.to_pylist() for one in table.columns), strict=True))[::2]:
            who = {"note_id": note_id, "text": text_digest(text), "column": "signs", "annotator": "ann"}
            places = [(one.start(), one.end()) for one in re.finditer(r"\b(?:pain|cough)\b", text)]
            marked[note_id] = places
            spans = tuple(MarkedSpan(start=start, end=end, type="Sign") for start, end in places)
            file.add(Annotation(**who, kind="spans", time="1", seconds=1, value=spans))
    assert not all(marked.values())
    study.run("evaluate")
    found = read_predictions(study.folder.predictions("signs", "base", "frozen"))
    assert classes_of(found) == ["Sign"]
    for row in found.to_pylist():
        assert [(one["start"], one["end"]) for one in row["truth"]] == marked[row["note_id"]]
    counts = Corpus.open(study.folder.corpus).table(["note_id"], splits=["validation", "test"])["note_id"].to_pylist()
    assert set(found["note_id"].to_pylist()) == set(counts) & set(marked)


def test_a_type_of_spans_has_no_blanks_and_types_differ(tmp_path):
    values = small_study(tmp_path, adapt=[], tasks=[])
    for kind, types in (
        ("spans", ["a b"]),
        ("label", ["a", "a"]),
        ("label", [""]),
        ("label", []),
        ("label", ["x" * 61]),
    ):
        values["corpus"]["annotations"] = {"urgency": {"kind": kind, "types": types}}
        with pytest.raises(WardspaceError, match=r"annotations\.urgency"):
            Study.parse(values)
