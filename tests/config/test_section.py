from __future__ import annotations

from typing import Literal

import pytest

from wardspace.config import TASKS, ClassificationConfig, TaskSection, parse_study, study_keys
from wardspace.core.errors import StudyError


class CountConfig(TaskSection):
    """Count something."""

    kind: Literal["count"] = "count"
    """Kind of task."""
    what: str
    """Column of numbers."""

    def columns(self):
        return {"what": self.what}


@pytest.fixture
def with_counts(monkeypatch):
    monkeypatch.setitem(TASKS.sections, "count", CountConfig)


def _study(**task):
    return {"corpus": {"columns": {"labels": ["ward"], "metadata": ["age"]}}, "tasks": [{"name": "t", **task}]}


def test_a_kind_that_was_added_is_read_and_written(with_counts):
    (task,) = parse_study(_study(kind="count", what="age")).tasks
    assert isinstance(task, CountConfig) and task.what == "age"
    study = parse_study(_study(kind="count", what="age"))
    assert study.resolved()["tasks"] == [{"kind": "count", "name": "t", "what": "age"}]
    assert parse_study(study.resolved()) == study
    assert {"tasks.N.what", "tasks.N.label"} <= {key.place for key in study_keys()}


def test_what_is_wrong_below_a_kind_is_named_without_it(with_counts):
    with pytest.raises(StudyError, match=r"tasks\.0\.wat: no such key; did you mean what\?"):
        parse_study(_study(kind="count", wat="age"))
    with pytest.raises(StudyError, match=r"tasks\.0\.what: no column 'wards'.*did you mean ward\?"):
        parse_study(_study(kind="count", what="wards"))


def test_a_task_s_column_needs_no_second_mention(with_counts):
    study = parse_study(_study(kind="count", what="hands"))
    assert study.corpus.columns.labels == ["ward", "hands"]
    assert parse_study(study.resolved()) == study


def test_without_a_kind_it_is_the_default(with_counts):
    (task,) = parse_study(_study(label="ward")).tasks
    assert isinstance(task, ClassificationConfig)


def test_a_kind_that_was_not_added_is_unknown():
    known = ", ".join(sorted(TASKS.sections))
    assert "count" not in TASKS.sections
    with pytest.raises(StudyError, match=rf"tasks\.0: no such task .* known: {known}"):
        parse_study(_study(kind="count", what="age"))
