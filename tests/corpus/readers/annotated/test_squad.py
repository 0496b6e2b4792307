"""Both versions of SQuAD, as their files are."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.annotated import documents, roles, said
from wardspace.config import CorpusConfig, SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.corpus import prepare
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers import open_readers
from wardspace.corpus.readers.annotated.json_array import JsonArray

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


def test_a_question_without_an_id_costs_itself_alone(tmp_path):
    asked = [question("q1", ("Monday", 23)), question("q2", ("Friday", 54))]
    del asked[1]["id"]
    (found,) = documents(write(tmp_path / "dev.json", article("Drugs", (CONTEXT, asked))), "squad")
    assert [(one["question_id"], one["start"]) for one in found["answers"]] == [("q1", 23)]
    assert [(one["id"], one["answerable"]) for one in found["questions"]] == [("q1", True), (None, True)]


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


SHAPES = {
    "an article that is text": ["words"],
    "an article that is a list": [[1, 2]],
    "passages that are an object": [{"title": "B", "paragraphs": {"context": "a", "qas": []}}],
    "passages that are numbers": [{"title": "B", "paragraphs": [1]}],
    "flat, as on a hub": [{"context": "a", "question": "b", "answers": {"text": ["a"], "answer_start": [0]}}],
    "answers of columns": [article("B", ("a", [{"id": 1, "question": "b", "answers": {"text": ["a"]}}]))],
    "an answer that starts nowhere": [article("B", ("a", [question("q", ("a", None))]))],
    "answers of two kinds": [article("B", ("a", [question("q", ("a", 0), ("a", "0"))]))],
    "a title that is an object": [{"title": {"a": 1}, "paragraphs": [{"context": "a", "qas": []}]}],
    "no number": [article("B", ("a", [{"id": float("nan"), "question": [], "answers": 3}]))],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_another_shape_costs_what_has_it(tmp_path, shape):
    path = write(tmp_path / "dev.json", article("A", ("one", [])), *SHAPES[shape], article("Z", ("two", [])))
    first, *middle, last = documents(path, "squad")
    assert (first["text"], last["text"]) == ("one", "two")
    assert all(isinstance(found, Fault) for found in middle)


@given(st.integers(0, 400), st.integers(1, 64))
def test_a_file_cut_short_keeps_the_articles_before(cut, size):
    whole = json.dumps({"version": '"],[', "data": [article(f"{i} \\ {{", (f'text "[{i}', [])) for i in range(9)]})
    array = JsonArray(io.StringIO(whole[:cut]), "data", 1000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wardspace.corpus.readers.annotated.json_array._CHUNK", size)
        found = [json.loads(text) for text in array.elements() if text]
    assert found == json.loads(whole)["data"][: len(found)]
    assert array.whole == (cut >= len(whole))
    assert len(found) == 9 or not array.whole


elements = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
)


@given(st.dictionaries(st.text(max_size=3), elements, max_size=3), st.lists(elements, max_size=6), st.booleans())
def test_elements_are_those_of_the_array(beside, wanted, indented):
    content = {**{f"x{key}": value for key, value in beside.items()}, "data": wanted, "after": beside}
    array = JsonArray(io.StringIO(json.dumps(content, indent=2 if indented else None)), "data", 10**6)
    assert [json.loads(text) for text in array.elements()] == wanted
    assert array.found
    assert array.whole


def test_an_article_too_long_costs_itself(tmp_path):
    path = write(
        tmp_path / "dev.json", article("A", ("one", [])), article("B", ("b" * 900, [])), article("C", ("c", []))
    )
    source = SourceConfig.model_validate({"path": str(path), "format": "squad", "limits": {"row_characters": 300}})
    rows = list(open_readers(source, ("text",), tmp_path)[0].rows())
    assert [row.fault.kind if row.fault else row.values[0] for row in rows] == ["one", "too long", "c"]
