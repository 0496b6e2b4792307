"""Entities as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from wardspace.config import EntitiesConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.mentions import (
    BY_TYPE,
    METRICS,
    mention_decisions,
    mention_mistakes,
    mention_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.entities.annotated import AnnotatedNotes, annotated
from wardspace.tasks.entities.finetune import EntityFineTuning
from wardspace.tasks.entities.settings import LinearHead
from wardspace.tasks.kind import KindWords, Setting
from wardspace.tasks.notes import Texts

HEAD = SettingRecord(name="head", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (HEAD, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Entities:
    """Find the mentions of entities in a note, with their types."""

    config = EntitiesConfig
    words = KindWords(
        unit="note",
        units="notes",
        settings={"head": "linear layer on frozen tokens", "finetune": "fine-tuned"},
        metrics={
            "strict_f1": "strict F1 (borders and type)",
            "strict_precision": "strict precision",
            "strict_recall": "strict recall",
            "exact_f1": "exact F1 (borders)",
            "partial_f1": "partial F1 (an overlap counts half)",
            "type_f1": "type F1 (right type, borders may differ)",
            "macro_strict_f1": "macro strict F1 (mean over types)",
        },
        meaning={},
        glossary=(),
    )

    def gold(self, texts: Texts, task: EntitiesConfig, splits: Sequence[str] = SPLITS) -> AnnotatedNotes:
        """Mentions of the notes; see `annotated`."""
        return annotated(texts, task, splits)

    def settings(self, task: EntitiesConfig) -> list[Setting[AnnotatedNotes]]:
        """What is asked for."""
        found: list[Setting[AnnotatedNotes]] = []
        if "head" in task.settings:
            found.append(LinearHead(HEAD, task))
        if "finetune" in task.settings:
            found.append(EntityFineTuning(FINETUNE, task))
        return found

    def scored(self, task: EntitiesConfig, classes: Sequence[str]) -> TaskMetrics:
        """Pairs of right and predicted mentions by type."""
        types = tuple(classes)
        return TaskMetrics(
            partial(mention_tally, types=types),
            METRICS,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_TYPE,
            decisions=mention_decisions,
            mistakes=partial(mention_mistakes, types=types),
            decided="mention",
        )

    def describe(self, task: EntitiesConfig) -> str:
        """Column, types, settings and budgets."""
        types = "" if task.types is None else f" of {listed(task.types)}"
        parts = [f"find the mentions{types} that are marked in {task.spans}, as {task.scheme} tags of tokens"]
        if "head" in task.settings:
            parts.append("frozen encoder with a linear layer on its tokens")
        if "finetune" in task.settings:
            how = "low-rank additions trained" if task.finetune.lora else "fine-tuned"
            crf = ", with a conditional random field" if task.crf else ""
            parts.append(f"{how}{crf} ({counted(task.finetune.seeds, 'seed')})")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training notes")
        return "; ".join(parts)
