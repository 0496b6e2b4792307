"""The kinds of task that a study file may name."""

from __future__ import annotations

from typing import Annotated

from wardspace.config.section import Kinds
from wardspace.config.tasks.answers import AnswersConfig
from wardspace.config.tasks.assertions import AssertionsConfig
from wardspace.config.tasks.classification import ClassificationConfig
from wardspace.config.tasks.entities import EntitiesConfig
from wardspace.config.tasks.pairs import TextPairsConfig
from wardspace.config.tasks.relations import RelationsConfig
from wardspace.config.tasks.retrieval import RetrievalConfig
from wardspace.config.tasks.section import TaskSection
from wardspace.config.tasks.sentences import SentencesConfig

TASKS: Kinds[TaskSection] = Kinds(
    AnswersConfig,
    AssertionsConfig,
    ClassificationConfig,
    EntitiesConfig,
    TextPairsConfig,
    RelationsConfig,
    RetrievalConfig,
    SentencesConfig,
    default="classification",
)
"""Sections of all kinds. What a kind does is in `wardspace.tasks`, which holds a class for each of them."""

TaskConfig = Annotated[TaskSection, TASKS]
"""One task of a study."""
