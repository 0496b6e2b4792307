"""Labels of sentences as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from wardspace.config import SentencesConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.classification import (
    BY_CLASS,
    MULTILABEL_BY_MICRO,
    classification_decisions,
    classification_mistakes,
    classification_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.assertions.asserted import PLACE
from wardspace.tasks.kind import BudgetWords, KindWords, Setting
from wardspace.tasks.notes import Texts
from wardspace.tasks.sentences.finetune import SentenceFineTuning
from wardspace.tasks.sentences.kept import SentenceClassifier, load_sentences
from wardspace.tasks.sentences.labelled import LabelledSentences, labelled
from wardspace.tasks.sentences.settings import HeadProbe, LogisticProbe, Majority, TfidfBaseline
from wardspace.tasks.sentences.vectors import SentenceVectors

MAJORITY = SettingRecord(name="majority", family="baseline", trained="nothing")
TFIDF = SettingRecord(name="tfidf", family="baseline", trained="head")
LOGISTIC = SettingRecord(name="logistic", family="frozen", trained="head")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (MAJORITY, TFIDF, LOGISTIC, HEAD, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Sentences:
    """Give each sentence of a note the labels that it has: none, one or several."""

    config = SentencesConfig
    words = KindWords(
        unit="sentence",
        units="sentences",
        label="label",
        labels="labels",
        budget=BudgetWords("{n} annotated notes", "{n} notes", "annotated notes"),
        settings={
            "majority": "labels of most training sentences",
            "tfidf": "logistic regression on TF-IDF of the sentence",
            "logistic": "logistic regression",
            "head": "two-layer head",
            "finetune": "fine-tuned",
        },
        metrics={
            "micro_f1": "micro F1",
            "macro_f1": "macro F1",
            "auroc": "AUROC",
            "average_precision": "average precision",
            "f1": "F1",
        },
        meaning={
            "micro_f1": "labels that {model} gives the sentences of unseen notes agree with the right ones to {value} "
            "of 100 (micro F1)"
        },
        glossary=(
            (
                "Micro and macro F1",
                "F1 is the harmonic mean of precision and recall. Micro F1 counts the labels of all sentences "
                "together; macro F1 is the mean of the F1 of each label, so rare labels count as much as common ones. "
                "100 is perfect. A sentence without a label counts only where it is given one.",
            ),
            (
                "AUROC, average precision",
                "How well the probabilities of a label order the sentences: AUROC is 50 by chance, average precision "
                "as large as the share of sentences that have the label.",
            ),
        ),
        confidence="A decision here is one label of one sentence, yes or no. Most are an easy no: look at the F1 of "
        "each label too.",
    )

    def gold(self, texts: Texts, task: SentencesConfig, splits: Sequence[str] = SPLITS) -> LabelledSentences:
        """Sentences of the notes with their labels; see `labelled`."""
        return labelled(texts, task, splits)

    def settings(self, task: SentencesConfig) -> list[Setting[LabelledSentences]]:
        """The baselines, then what is asked for."""
        vectors = SentenceVectors()
        baselines: dict[str, Setting[LabelledSentences]] = {
            "majority": Majority(MAJORITY, task, ("majority",)),
            "tfidf": TfidfBaseline(TFIDF, task, ("tfidf",)),
        }
        ways: dict[str, Setting[LabelledSentences]] = {
            "logistic": LogisticProbe(LOGISTIC, task, vectors=vectors),
            "head": HeadProbe(HEAD, task, vectors=vectors),
            "finetune": SentenceFineTuning(FINETUNE, task),
        }
        asked = [name for name in ways if name in task.settings]
        return [*(baselines[name] for name in dict.fromkeys(task.baselines)), *(ways[name] for name in asked)]

    def scored(self, task: SentencesConfig, classes: Sequence[str]) -> TaskMetrics:
        """Hits by label; and what probabilities say."""
        labels = tuple(classes)
        return TaskMetrics(
            partial(classification_tally, classes=labels, place=PLACE),
            MULTILABEL_BY_MICRO,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_CLASS,
            decisions=partial(classification_decisions, classes=labels),
            mistakes=partial(classification_mistakes, classes=labels),
        )

    def load(self, folder: Path) -> SentenceClassifier:
        """Open what a task has kept; see `load_sentences`."""
        return load_sentences(folder)

    def describe(self, task: SentencesConfig) -> str:
        """Column, labels, settings and budgets."""
        labels = "" if task.labels is None else f" {listed(task.labels)}"
        split = " (notes are split into sentences by rules)" if task.marked == "stretches" else ""
        parts = [f"give each sentence its labels{labels} in {task.spans}{split}"]
        frozen = [self.words.settings[name] for name in ("logistic", "head") if name in task.settings]
        if frozen:
            parts.append(f"frozen encoder with {listed(frozen)} on the mean of a sentence's tokens")
        if "finetune" in task.settings:
            how = "low-rank additions trained" if task.finetune.lora else "fine-tuned"
            parts.append(f"{how} ({counted(task.finetune.seeds, 'seed')})")
        if task.baselines:
            parts.append(f"compared with {listed([self.words.settings[name] for name in task.baselines])}")
        if task.budgets:
            parts.append(f"also on {listed([f'{share:.0%}' for share in task.budgets])} of the training notes")
        return "; ".join(parts)
