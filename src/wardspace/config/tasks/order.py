"""Tasks that read the predictions of other tasks, and the order that follows."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from wardspace.config.tasks.section import TaskSection


def ordered(tasks: Sequence[TaskSection]) -> list[TaskSection]:
    """Tasks in an order in which each comes after those that it needs; otherwise in their own.

    Raises
    ------
    graphlib.CycleError
        If tasks need each other.
    """
    known = {task.name: task for task in tasks}
    sorter = TopologicalSorter({task.name: [name for name in task.needs() if name in known] for task in tasks})
    sorter.prepare()
    found: list[TaskSection] = []
    while sorter.is_active():
        ready = set(sorter.get_ready())
        found += [task for task in tasks if task.name in ready]
        sorter.done(*ready)
    return found


def need_problems(tasks: Sequence[TaskSection]) -> list[str]:
    """What is wrong with the tasks that tasks need."""
    kinds = {task.name: task.kind for task in tasks}
    found = [
        f"tasks.{i}: {task.name} needs the predictions of {name!r}; there is no task of that name and the kind {kind}"
        for i, task in enumerate(tasks)
        for name, kind in task.needs().items()
        if kinds.get(name) != kind
    ]
    try:
        ordered(tasks)
    except CycleError as error:
        found.append(f"tasks: {', '.join(sorted(set(error.args[1])))} need each other's predictions")
    return found
