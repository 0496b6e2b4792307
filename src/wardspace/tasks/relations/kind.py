"""Relations as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from wardspace.config import RelationsConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.relations import (
    BY_TYPE,
    METRICS,
    relation_decisions,
    relation_mistakes,
    relation_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts
from wardspace.tasks.relations.finetune import RelationFineTuning
from wardspace.tasks.relations.fitted import FittedRelations
from wardspace.tasks.relations.kept import load_relations
from wardspace.tasks.relations.related import RelatedNotes, related
from wardspace.tasks.relations.settings import CoOccurrenceBaseline, PooledRegression

COOCCURRENCE = SettingRecord(name="cooccurrence", family="baseline", trained="head")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (COOCCURRENCE, HEAD, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Relations:
    """Find what is related in a note, and how."""

    config = RelationsConfig
    words = KindWords(
        unit="note",
        units="notes",
        label="type",
        labels="types",
        budget=BudgetWords("{n} annotated notes", "{n} notes", "annotated notes"),
        settings={
            "cooccurrence": "co-occurrence in a sentence",
            "head": "regression on tokens",
            "finetune": "fine-tuned",
        },
        metrics={
            "micro_f1": "micro F1",
            "precision": "precision",
            "recall": "recall",
            "macro_f1": "macro F1",
            "pair_f1": "F1 of pairs, whatever the type",
        },
        meaning={
            "micro_f1": "with {model}, the relations that are found in unseen notes agree with the annotators to "
            "{value} of 100 (the same two things, related in the same way)"
        },
        glossary=(
            (
                "Precision and recall of relations",
                "Precision is the share of predicted relations that are right, recall the share of right relations "
                "that were predicted; micro F1 is their harmonic mean, 100 is perfect. A relation is right if it is "
                "between the same two things and of the same type.",
            ),
            (
                "F1 of pairs, whatever the type",
                "The same for what is related at all: a relation of the wrong type counts as right.",
            ),
            (
                "Co-occurrence in a sentence",
                "A baseline without a language model: all that one sentence mentions is related, in the way that is "
                "commonest for these types of entity in the training notes.",
            ),
        ),
        confidence="What is judged here are the relations that the model predicted. Those that it missed are not among "
        "them: recall says how many they are.",
    )

    def gold(self, texts: Texts, task: RelationsConfig, splits: Sequence[str] = SPLITS) -> RelatedNotes:
        """Mentions and relations of the notes; see `related`."""
        return related(texts, task, splits)

    def settings(self, task: RelationsConfig) -> list[Setting[RelatedNotes]]:
        """The baseline, then what is asked for."""
        found: list[Setting[RelatedNotes]] = []
        if "cooccurrence" in task.baselines:
            found.append(CoOccurrenceBaseline(COOCCURRENCE, task, (COOCCURRENCE.name,)))
        if "head" in task.settings:
            found.append(PooledRegression(HEAD, task))
        if "finetune" in task.settings:
            found.append(RelationFineTuning(FINETUNE, task))
        return found

    def scored(self, task: RelationsConfig, classes: Sequence[str]) -> TaskMetrics:
        """Right, predicted and true relations by type."""
        types = tuple(classes)
        return TaskMetrics(
            partial(relation_tally, types=types),
            METRICS,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_TYPE,
            decisions=relation_decisions,
            mistakes=partial(relation_mistakes, types=types),
            decided="relation",
        )

    def load(self, folder: Path) -> FittedRelations:
        """Open what a task has kept; see `load_relations`."""
        return load_relations(folder)

    def describe(self, task: RelationsConfig) -> str:
        """Columns, types, settings and budgets."""
        types = "" if task.types is None else f" of the types {listed(task.types)}"
        between = "the places that they name" if task.spans is None else f"what is marked in {task.spans}"
        parts = [f"find the relations{types} in {task.relations} between {between}"]
        if task.entities != "gold":
            parts.append(f"in validation and test between the mentions that {task.entities} predicts")
        if task.window is not None:
            parts.append(f"at most {counted(task.window, 'word')} apart")
        if "head" in task.settings:
            parts.append("frozen encoder with a regression on its tokens")
        if "finetune" in task.settings:
            how = "low-rank additions trained" if task.finetune.lora else "fine-tuned"
            parts.append(f"{how} ({counted(task.finetune.seeds, 'seed')})")
        if task.baselines:
            parts.append(f"compared with {listed([self.words.settings[name] for name in task.baselines])}")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training notes")
        return "; ".join(parts)
