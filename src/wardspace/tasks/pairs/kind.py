"""Pairs of texts as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from wardspace.config import TextPairsConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.classification import (
    BY_CLASS,
    PAIRS,
    classification_decisions,
    classification_mistakes,
    classification_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts
from wardspace.tasks.pairs.finetune import PairFineTuning
from wardspace.tasks.pairs.kept import PairClassifier, load_pairs
from wardspace.tasks.pairs.labelled import LabelledPairs, labelled_pairs
from wardspace.tasks.pairs.settings import LogisticPairs, Majority, TfidfBaseline

MAJORITY = SettingRecord(name="majority", family="baseline", trained="head")
TFIDF = SettingRecord(name="tfidf", family="baseline", trained="head")
LOGISTIC = SettingRecord(name="logistic", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (MAJORITY, TFIDF, LOGISTIC, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class TextPairs:
    """Predict how two texts relate."""

    config = TextPairsConfig
    words = KindWords(
        unit="pair",
        units="pairs",
        budget=BudgetWords("the pairs of {n} groups", "{n} groups", "groups of labelled pairs"),
        settings={
            "majority": "commonest class",
            "tfidf": "logistic regression on TF-IDF of both texts",
            "logistic": "logistic regression on both vectors",
            "finetune": "fine-tuned, both texts read together",
        },
        metrics={
            "accuracy": "accuracy",
            "macro_f1": "macro F1",
            "micro_f1": "micro F1",
            "balanced_accuracy": "balanced accuracy",
            "auroc": "AUROC",
            "f1": "F1",
        },
        meaning={"accuracy": "{model} gives {value} of 100 unseen pairs of texts the right class"},
        glossary=(
            ("Accuracy, micro F1", "Share of pairs classified correctly; with one class a pair they are the same."),
            (
                "Macro F1",
                "F1 is the harmonic mean of precision and recall of a class; macro F1 is its mean over classes, so "
                "rare classes count as much as common ones. 100 is perfect.",
            ),
            (
                "Both vectors, both texts read together",
                "A model either reads the two texts one by one, and a linear classifier compares their vectors u and v "
                "(it reads u, v, |u - v| and u * v), or it reads them as one sequence and is fine-tuned on it.",
            ),
            (
                "Group of pairs",
                "The pairs of one patient; where no patient is known, those that share the premise. Label budgets are "
                "drawn by group.",
            ),
        ),
    )

    def gold(self, texts: Texts, task: TextPairsConfig, splits: Sequence[str] = SPLITS) -> LabelledPairs:
        """Pairs with their classes; see `labelled_pairs`."""
        return labelled_pairs(texts, task, splits)

    def settings(self, task: TextPairsConfig) -> list[Setting[LabelledPairs]]:
        """The baselines, then what is asked for."""
        baselines: dict[str, Setting[LabelledPairs]] = {
            "majority": Majority(MAJORITY, task, ("majority",)),
            "tfidf": TfidfBaseline(TFIDF, task, ("tfidf",)),
        }
        found = [baselines[name] for name in task.baselines]
        if "logistic" in task.settings:
            found.append(LogisticPairs(LOGISTIC, task))
        if "finetune" in task.settings:
            found.append(PairFineTuning(FINETUNE, task))
        return found

    def scored(self, task: TextPairsConfig, classes: Sequence[str]) -> TaskMetrics:
        """Hits by class; and what probabilities say."""
        names = tuple(classes)
        return TaskMetrics(
            partial(classification_tally, classes=names),
            PAIRS,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_CLASS,
            decisions=partial(classification_decisions, classes=names),
            mistakes=partial(classification_mistakes, classes=names),
        )

    def load(self, folder: Path) -> PairClassifier:
        """Open what a task has kept; see `load_pairs`."""
        return load_pairs(folder)

    def describe(self, task: TextPairsConfig) -> str:
        """Columns, settings and budgets."""
        parts = [f"predict {task.label} of each pair of a note and its {task.hypothesis}"]
        if "logistic" in task.settings:
            parts.append("frozen encoder with logistic regression on both vectors")
        if "finetune" in task.settings:
            how = "low-rank additions trained" if task.finetune.lora else "fine-tuned"
            parts.append(f"{how} on both texts read together ({counted(task.finetune.seeds, 'seed')})")
        if task.baselines:
            parts.append(f"compared with {' and '.join(self.words.settings[name] for name in task.baselines)}")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training pairs")
        return "; ".join(parts)
