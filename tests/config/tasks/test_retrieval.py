from __future__ import annotations

import pytest

from wardspace.config import ClassificationConfig, RetrievalConfig, parse_study, study_keys
from wardspace.core.errors import StudyError

COLUMNS = {"metadata": ["question"], "labels": ["specialty"]}
SEARCH = {"name": "q", "kind": "retrieval", "query": "question"}


def study(*tasks, **changes):
    return parse_study({"corpus": {"columns": COLUMNS}, "tasks": list(tasks), **changes})


def test_a_task_without_a_kind_is_a_classification():
    found = study({"name": "t", "label": "specialty"}, SEARCH)
    assert [type(task) for task in found.tasks] == [ClassificationConfig, RetrievalConfig]
    assert found.tasks[1].among == "all"
    assert parse_study(found.resolved()) == found


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ({**SEARCH, "kind": "search"}, "tasks.0: no such task"),
        ({**SEARCH, "query": "questoin"}, "tasks.0.query: no column 'questoin' among"),
        ({"name": "q", "kind": "retrieval"}, "tasks.0.query: missing"),
        ({**SEARCH, "amnog": "all"}, "tasks.0.amnog: no such key; did you mean among?"),
        ({**SEARCH, "shots": [8]}, "tasks.0.shots: no such key"),
        ({**SEARCH, "queries": 1}, "tasks.0.queries: input should be greater than or equal to 2"),
        ({"name": "t", "label": "specialty", "quer": 1}, "tasks.0.quer: no such key"),
    ],
)
def test_mistakes_are_named(task, told):
    with pytest.raises(StudyError) as caught:
        study(task)
    assert told in str(caught.value)


def test_names_of_tasks_differ_whatever_their_kind():
    with pytest.raises(StudyError, match="named twice: q"):
        study(SEARCH, {"name": "q", "label": "specialty"})


def test_a_column_named_for_something_else_too_is_no_text():
    assert study(SEARCH).text_columns == ["question"]
    assert study(SEARCH, space={"columns": ["question"]}).text_columns == []
    assert study({**SEARCH, "query": "specialty"}, {"name": "t", "label": "specialty"}).text_columns == []


def test_keys_of_both_kinds_are_listed_as_set_takes_them():
    places = [key.place for key in study_keys()]
    assert "tasks.N.query" in places
    assert "tasks.N.shots" in places
    assert parse_study({"corpus": {"columns": COLUMNS}, "tasks": [SEARCH]}, ["tasks.0.queries=5"]).tasks[0].queries == 5


def test_pairs_may_learn_from_the_queries_of_training_notes():
    found = study(SEARCH, adapt=[{"name": "p", "objectives": [{"pairs": {"columns": ["question"]}}]}])
    assert found.text_columns == ["question"]
    with pytest.raises(StudyError, match="category takes all metadata"):
        study(SEARCH, adapt=[{"name": "c", "objectives": ["category"]}])
