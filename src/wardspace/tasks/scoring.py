"""How each kind of task is scored: its tally, its metrics and its settings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wardspace.config import BESIDE, ClassificationConfig, TaskSection
from wardspace.evaluation.metrics.classification import MULTILABEL, SINGLE_LABEL, classification_tally
from wardspace.evaluation.metrics.retrieval import RETRIEVAL, retrieval_tally
from wardspace.evaluation.tally import TaskMetrics
from wardspace.results import SettingRecord

CLASSIFICATION_SETTINGS = (
    SettingRecord(name="logistic", family="frozen", trained="head"),
    SettingRecord(name="head", family="frozen", trained="head"),
    SettingRecord(name=BESIDE, family="hybrid", trained="head"),
    SettingRecord(name="private_logistic", family="private", trained="head", private=True),
    SettingRecord(name="private_head", family="private", trained="head", private=True),
    SettingRecord(name="finetune", family="fine-tuned", trained="model"),
)
RETRIEVAL_SETTINGS = (SettingRecord(name="retrieval", family="frozen", trained="nothing"),)


def classification_metrics(classes: Sequence[str], *, multilabel: bool = False) -> TaskMetrics:
    """Of a label of the whole note, or of several."""
    return TaskMetrics(
        partial(classification_tally, classes=tuple(classes)),
        MULTILABEL if multilabel else SINGLE_LABEL,
        {one.name: one for one in CLASSIFICATION_SETTINGS},
    )


def retrieval_metrics() -> TaskMetrics:
    """Of a search: its units are queries."""
    return TaskMetrics(retrieval_tally, RETRIEVAL, {one.name: one for one in RETRIEVAL_SETTINGS}, unit="query")


def task_metrics(task: TaskSection, classes: Sequence[str] = ()) -> TaskMetrics:
    """Of a task of a study with its classes."""
    if isinstance(task, ClassificationConfig):
        return classification_metrics(classes, multilabel=task.separator is not None)
    return retrieval_metrics()
