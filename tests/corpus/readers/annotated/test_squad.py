"""Both versions of SQuAD, as their files are."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.annotated import documents, roles, said
from wardspace.config import CorpusConfig, SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare

CONTEXT = "Aspirin was started on Monday. Aspirin was stopped on Friday."


def question(key, *answers, impossible=False):
    given = [{"text": words, "answer_start": start} for words, start in answers]
    return {"id": key, "question": f"Question {key}?", "answers": given, "is_impossible": impossible}


def write(path, *articles):
    path.write_text(json.dumps({"version": "v2.0", "data": list(articles)}))
    return path


def article(title, *contexts):
    return {"title": title, "paragraphs": [{"context": text, "qas": qas} for text, qas in contexts]}


def test_answers_and_questions_without_one(tmp_path):
    asked = [question("q1", ("Monday", 23), ("Monday", 23)), question("q2", impossible=True)]
    path = write(tmp_path / "dev.json", article("Drugs", (CONTEXT, asked), ("Nothing.", [])))
    first, second = documents(path, "squad")
    assert (first["id"], second["id"], second["article"]) == ("Drugs#0", "Drugs#1", "Drugs")
    assert said(first, "answers") == [("Monday", "")]
    assert [(one["id"], one["answerable"]) for one in first["questions"]] == [("q1", True), ("q2", False)]
    assert second["answers"] == []


def test_answers_that_stand_elsewhere_are_moved_to_the_nearest_place(tmp_path):
    asked = [question("q1", ("Aspirin", 29)), question("q2", ("Aspirin", 2)), question("q3", ("Sunday", 5))]
    path = write(tmp_path / "dev.json", article("Drugs", (CONTEXT, asked)))
    corpus_config = CorpusConfig(source=SourceConfig(path=str(path), format="squad"))
    corpus = prepare(corpus_config, tmp_path / "corpus", show_progress=False)
    (note,) = corpus.table(["text", "answers"]).to_pylist()
    assert [(span["question_id"], span["start"]) for span in note["answers"]] == [("q1", 31), ("q2", 0)]
    told = next(warning for warning in corpus.manifest.warnings if "dev.json" in warning)
    assert "2 answers stood elsewhere" in told
    assert "1 stood nowhere" in told


def test_articles_without_a_title_are_told_apart_and_kept_in_one_split(tmp_path):
    path = write(tmp_path / "dev.json", *({"paragraphs": [{"context": f"c{i}", "qas": []}] * 2} for i in range(3)))
    found = documents(path, "squad")
    assert len({one["id"] for one in found}) == 6
    assert len({one["article"] for one in found}) == 3
    assert roles("squad").patient_id == "article"


def test_a_malformed_passage_costs_itself_alone(tmp_path):
    path = write(tmp_path / "dev.json", article("A", ("one", [])), {"title": "B", "paragraphs": [{"text": "x"}]})
    first, fault = documents(path, "squad")
    assert (first["text"], fault.kind) == ("one", "malformed SQuAD")


@pytest.mark.parametrize("content", ["", "[1]", '{"data": ', "{}"])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "dev.json"
    path.write_text(content or "\n")
    with pytest.raises(CorpusError, match="not a SQuAD file"):
        documents(path, "squad")
