"""Assertions as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from wardspace.config import AssertionsConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.classification import (
    BY_CLASS,
    MULTILABEL,
    classification_decisions,
    classification_mistakes,
    classification_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.assertions.asserted import PLACE, AssertedNotes, asserted
from wardspace.tasks.assertions.features import MentionVectors
from wardspace.tasks.assertions.fitted import FittedAssertions
from wardspace.tasks.assertions.kept import load_assertions
from wardspace.tasks.assertions.settings import AssertionHead, Rules
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts

PRESENT = SettingRecord(name="present", family="baseline", trained="nothing")
CONTEXT = SettingRecord(name="context", family="baseline", trained="nothing")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
HYBRID = SettingRecord(name="hybrid", family="hybrid", trained="head")
RECORDS = (PRESENT, CONTEXT, HEAD, HYBRID)
"""In order of trust: models are chosen by the first frozen one."""


class Assertions:
    """Say of each mention of an entity whether it is negated, historical, hypothetical or of a relative."""

    config = AssertionsConfig
    words = KindWords(
        unit="mention",
        units="mentions",
        label="question",
        labels="questions",
        budget=BudgetWords("{n} annotated notes", "{n} notes", "annotated notes"),
        settings={
            "present": "all present and the patient's",
            "context": "ConText rules",
            "head": "logistic regression on tokens",
            "hybrid": "logistic regression on tokens + ConText rules",
        },
        metrics={
            "macro_f1": "macro F1",
            "micro_f1": "micro F1",
            "auroc": "AUROC",
            "average_precision": "average precision",
            "f1": "F1",
        },
        meaning={
            "macro_f1": "with {model}, what unseen notes say of the findings they mention (denied, past, to "
            "come, a relative's) is read as the annotators read it to {value} of 100 (macro F1)"
        },
        glossary=(
            (
                "Negated, historical, hypothetical, family",
                "What ConText asks of a mention: the note denies it, puts it into the past, names it as something that "
                "may come, or says it of a relative. A mention of which none is true is present and the patient's.",
            ),
            (
                "Macro and micro F1",
                "F1 of a question is the harmonic mean of precision and recall of its yes; macro F1 is the mean over "
                "questions, micro F1 counts all answers together. 100 is perfect.",
            ),
        ),
    )

    def gold(self, texts: Texts, task: AssertionsConfig, splits: Sequence[str] = SPLITS) -> AssertedNotes:
        """Mentions of the notes with their answers; see `asserted`."""
        return asserted(texts, task, splits)

    def settings(self, task: AssertionsConfig) -> list[Setting[AssertedNotes]]:
        """The baselines, then what is asked for."""
        baselines = {"present": PRESENT, "context": CONTEXT}
        found: list[Setting[AssertedNotes]] = [Rules(baselines[name], (name,)) for name in task.baselines]
        vectors = MentionVectors()
        heads = {"head": AssertionHead(HEAD, task, vectors), "hybrid": AssertionHead(HYBRID, task, vectors, True)}
        return [*found, *(heads[name] for name in dict.fromkeys(task.settings))]

    def scored(self, task: AssertionsConfig, classes: Sequence[str]) -> TaskMetrics:
        """Hits by question; and what probabilities say."""
        questions = tuple(classes)
        return TaskMetrics(
            partial(classification_tally, classes=questions, place=PLACE),
            MULTILABEL,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_CLASS,
            decisions=partial(classification_decisions, classes=questions),
            mistakes=partial(classification_mistakes, classes=questions),
        )

    def load(self, folder: Path) -> FittedAssertions:
        """Open what a task has kept; see `load_assertions`."""
        return load_assertions(folder)

    def describe(self, task: AssertionsConfig) -> str:
        """Column, questions, settings and budgets."""
        parts = [f"say of each mention in {task.spans} whether it is {listed(list(task.questions))}"]
        parts += [f"{self.words.settings[name]} (frozen encoder)" for name in task.settings]
        if task.baselines:
            parts.append(f"compared with {' and '.join(self.words.settings[name] for name in task.baselines)}")
        if task.budgets:
            shares = listed([f"{share:.0%}" for share in task.budgets])
            parts.append(f"also on {shares} of the training notes ({counted(task.subsets, 'subset')} each)")
        return "; ".join(parts)
