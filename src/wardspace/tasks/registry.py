"""The kinds of task there are: what config, study, search, report and `wardspace ls` read."""

from __future__ import annotations

from typing import Any

from wardspace.config import TASKS, TaskSection
from wardspace.tasks.answers.kind import Answers
from wardspace.tasks.assertions.kind import Assertions
from wardspace.tasks.documents.kind import Documents
from wardspace.tasks.entities.kind import Entities
from wardspace.tasks.kind import TaskKind
from wardspace.tasks.pairs.kind import TextPairs
from wardspace.tasks.relations.kind import Relations
from wardspace.tasks.retrieval.kind import Retrieval
from wardspace.tasks.sentences.kind import Sentences

KINDS: dict[str, TaskKind[Any, Any]] = {}
"""Kinds by the name that a study file calls them by."""


def register(kind: TaskKind[Any, Any]) -> None:
    """Add a kind, and its section to those that a study file may hold."""
    name = kind.config.model_fields["kind"].default
    KINDS[name] = kind
    TASKS.sections[name] = kind.config


register(Documents())
register(Entities())
register(Answers())
register(Assertions())
register(Relations())
register(Sentences())
register(TextPairs())
register(Retrieval())


def kind_of(task: TaskSection) -> TaskKind[Any, Any]:
    """The kind of a task."""
    return KINDS[task.kind]
