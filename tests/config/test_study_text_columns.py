"""Columns whose values are texts, and no categories."""

from __future__ import annotations

import pytest

from wardspace.config import parse_study
from wardspace.core.errors import StudyError

COLUMNS = {"metadata": ["title", "question", "kind"], "labels": ["area"]}
PAIRS = {"name": "p", "objectives": [{"pairs": {"columns": ["title"]}}]}


def study(*adapt, **changes):
    return parse_study({"corpus": {"columns": COLUMNS}, "adapt": list(adapt), **changes})


def test_what_pairs_learns_from_is_text_whichever_model_does():
    assert study({"name": "m", "objectives": ["mlm"]}).text_columns == []
    assert study({"name": "m", "objectives": ["mlm"]}, PAIRS).text_columns == ["title"]
    both = {"name": "q", "objectives": ["mlm", {"pairs": {"columns": ["question", "title"]}}]}
    search = {"name": "s", "kind": "retrieval", "query": "question"}
    assert study(both, PAIRS, tasks=[search]).text_columns == ["question", "title"]


def test_the_corpus_is_told_which_columns_are_texts():
    search = {"name": "s", "kind": "retrieval", "query": "question"}
    found = study(PAIRS, tasks=[search])
    assert found.corpus.columns.texts == ["question", "title"]
    assert found.corpus.columns.paired == []
    assert parse_study(found.resolved()).resolved() == found.resolved()


@pytest.mark.parametrize(
    "named",
    [
        {"space": {"columns": ["title"]}},
        {"report": {"subgroups": ["title"]}},
        {"tasks": [{"name": "t", "label": "title", "allow_trained_label": True}]},
    ],
)
def test_what_is_named_for_something_else_too_is_no_text(named):
    assert study(PAIRS, **named).text_columns == []


def test_category_makes_a_column_a_category_by_its_name_alone():
    category = {"name": "c", "objectives": [{"category": {"columns": ["title"]}}]}
    assert study(PAIRS, category).text_columns == []
    with pytest.raises(StudyError, match=r"adapt\.1: category takes all metadata, and so the texts in title"):
        study(PAIRS, {"name": "c", "objectives": ["category"]})
