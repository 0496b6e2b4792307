"""Tasks that need other tasks."""

from __future__ import annotations

from typing import Literal

import pytest

from wardspace.config import TASKS, TaskSection, parse_study
from wardspace.config.tasks.order import ordered
from wardspace.core.errors import StudyError


class NeedyConfig(TaskSection):
    """Needs other tasks of its kind."""

    kind: Literal["needy"] = "needy"
    """Kind of task."""
    after: tuple[str, ...] = ()
    """Their names."""

    def needs(self):
        return dict.fromkeys(self.after, "needy")


def tasks_of(**after):
    return [NeedyConfig(name=name, after=tuple(needed)) for name, needed in after.items()]


def test_each_comes_after_those_that_it_needs_and_otherwise_in_its_own_place():
    tasks = tasks_of(a="c", b="", c="d", d="", e="")
    found = [task.name for task in ordered(tasks)]
    assert sorted(found) == list("abcde")
    assert all(found.index(need) < found.index(task.name) for task in tasks for need in task.needs())
    assert [task.name for task in ordered(tasks_of(z="", a="", m="z"))] == ["z", "a", "m"]


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ({"a": "x"}, "needs the predictions of 'x'"),
        ({"a": "b", "b": "a"}, "a, b need each other"),
        ({"a": "a"}, "need each other"),
    ],
)
def test_what_is_not_there_or_goes_round_in_circles(monkeypatch, tasks, said):
    monkeypatch.setitem(TASKS.sections, "needy", NeedyConfig)
    raw = [{"kind": "needy", "name": name, "after": list(after)} for name, after in tasks.items()]
    with pytest.raises(StudyError, match=said):
        parse_study({"name": "x", "tasks": raw})


def test_a_task_of_another_kind_does_not_do():
    tasks = [
        {"kind": "relations", "name": "related", "entities": "said"},
        {"kind": "assertions", "name": "said"},
    ]
    with pytest.raises(StudyError, match="kind entities"):
        parse_study({"name": "x", "tasks": tasks})
