"""Entities as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

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
from wardspace.tasks.entities.baselines import WordBaseline, look_up, tag_words
from wardspace.tasks.entities.finetune import EntityFineTuning
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.graph import tagger_graph
from wardspace.tasks.entities.kept import load_tagger
from wardspace.tasks.entities.settings import LinearHead
from wardspace.tasks.graph import TaskGraph
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts

DICTIONARY = SettingRecord(name="dictionary", family="baseline", trained="head")
WORD_CRF = SettingRecord(name="word_crf", family="baseline", trained="head")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (DICTIONARY, WORD_CRF, HEAD, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Entities:
    """Find the mentions of entities in a note, with their types."""

    config = EntitiesConfig
    words = KindWords(
        unit="note",
        units="notes",
        label="type",
        labels="types",
        budget=BudgetWords("{n} annotated notes", "{n} notes", "annotated notes"),
        settings={
            "dictionary": "dictionary of the training mentions",
            "word_crf": "conditional random field over words",
            "head": "linear layer on tokens",
            "finetune": "fine-tuned",
        },
        metrics={
            "strict_f1": "strict F1 (borders and type)",
            "strict_precision": "strict precision",
            "strict_recall": "strict recall",
            "exact_f1": "exact F1 (borders)",
            "partial_f1": "partial F1 (an overlap counts half)",
            "type_f1": "type F1 (right type, borders may differ)",
            "macro_strict_f1": "macro strict F1 (mean over types)",
        },
        meaning={
            "strict_f1": "with {model}, what is marked in unseen notes agrees with the annotators to {value} of 100 "
            "(the same words with the same type)"
        },
        glossary=(
            (
                "Strict F1 (borders and type)",
                "Precision is the share of predicted mentions that are right, recall the share of right mentions that "
                "were predicted; F1 is their harmonic mean, 100 is perfect. Strict: a mention is right if it begins "
                "and ends where the annotators' does and has the same type.",
            ),
            (
                "Exact, partial and type F1",
                "The same with other rules, as in MUC and SemEval-2013. Exact: the borders are right. Partial: so too, "
                "and a mention that overlaps a right one counts half. Type: it overlaps a right one of the same type. "
                "Each right mention is compared with one predicted mention at most.",
            ),
            ("Macro strict F1", "Strict F1 averaged over types, so rare types count as much as common ones."),
            (
                "Dictionary, conditional random field over words",
                "Baselines without a language model. The dictionary looks up the mentions of the training notes; the "
                "conditional random field learns from words, their beginnings, endings and shapes, and their "
                "neighbours.",
            ),
        ),
        confidence="What is judged here are the mentions that the model predicted. Those that it missed are not among "
        "them: recall says how many they are.",
    )

    def gold(self, texts: Texts, task: EntitiesConfig, splits: Sequence[str] = SPLITS) -> AnnotatedNotes:
        """Mentions of the notes; see `annotated`."""
        return annotated(texts, task, splits)

    def settings(self, task: EntitiesConfig) -> list[Setting[AnnotatedNotes]]:
        """The baselines, then what is asked for."""
        baselines = {"dictionary": (DICTIONARY, look_up), "word_crf": (WORD_CRF, tag_words)}
        found: list[Setting[AnnotatedNotes]] = [
            WordBaseline(record, task, (record.name,), learn=learn)
            for record, learn in (baselines[name] for name in task.baselines)
        ]
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

    def graph(self, folder: Path) -> TaskGraph:
        """The graph of what a task has kept; see `tagger_graph`."""
        return tagger_graph(folder)

    def load(self, folder: Path) -> FittedTagger:
        """Open what a task has kept; see `load_tagger`."""
        return load_tagger(folder)

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
        if task.baselines:
            parts.append(f"compared with a {' and a '.join(self.words.settings[name] for name in task.baselines)}")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training notes")
        return "; ".join(parts)
