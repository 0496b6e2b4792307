"""Labels of whole notes as a kind of task."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from wardspace.config import EMBEDDING_TFIDF, ClassificationConfig, FinetuneConfig
from wardspace.core.wording import counted, listed
from wardspace.corpus.schema import SPLITS
from wardspace.evaluation.metrics.classification import (
    BY_CLASS,
    MULTILABEL,
    SINGLE_LABEL,
    classification_decisions,
    classification_mistakes,
    classification_tally,
)
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord
from wardspace.tasks.documents.features import tfidf, vectors_with_tfidf
from wardspace.tasks.documents.finetune import DocumentFineTuning
from wardspace.tasks.documents.graph import classifier_graph
from wardspace.tasks.documents.kept import TextClassifier, load_classifier
from wardspace.tasks.documents.labelled import LabelledNotes, labelled
from wardspace.tasks.documents.settings import HeadProbe, LogisticProbe, PrivateProbe
from wardspace.tasks.graph import TaskGraph
from wardspace.tasks.kind import KindWords, Setting
from wardspace.tasks.notes import Texts

LOGISTIC = SettingRecord(name="logistic", family="frozen", trained="head")
HEAD = SettingRecord(name="head", family="frozen", trained="head")
HYBRID = SettingRecord(name=EMBEDDING_TFIDF, family="hybrid", trained="head")
PRIVATE = tuple(
    SettingRecord(name=name, family="private", trained="head", private=True)
    for name in ("private_logistic", "private_head")
)
FINETUNE = SettingRecord(name="finetune", family="fine-tuned", trained="model")
RECORDS = (LOGISTIC, HEAD, HYBRID, *PRIVATE, FINETUNE)
"""In order of trust: models are chosen by the first frozen one."""


class Documents:
    """Predict a label of the whole note, or several."""

    config = ClassificationConfig
    words = KindWords(
        unit="note",
        units="notes",
        settings={
            "logistic": "logistic regression",
            "head": "two-layer head",
            EMBEDDING_TFIDF: "logistic regression on embedding + TF-IDF",
            "private_logistic": "logistic regression with differential privacy",
            "private_head": "two-layer head with differential privacy",
            "finetune": "fine-tuned",
        },
        metrics={
            "macro_f1": "macro F1",
            "micro_f1": "micro F1",
            "accuracy": "accuracy",
            "balanced_accuracy": "balanced accuracy",
            "auroc": "AUROC",
            "average_precision": "average precision",
            "f1": "F1",
        },
        meaning={
            "accuracy": "{model} gives {value} of 100 unseen notes the right class",
            "micro_f1": "labels by {model} agree with the right ones to {value} of 100 on unseen notes (micro F1)",
        },
        glossary=(
            (
                "Macro F1",
                "F1 is the harmonic mean of precision and recall of a class; macro F1 is its mean over classes, so "
                "rare classes count as much as common ones. 100 is perfect.",
            ),
            (
                "Micro F1, accuracy",
                "Share of notes classified correctly; common classes count most. With one label per note they are the "
                "same.",
            ),
            ("Balanced accuracy", "Recall averaged over classes."),
            ("AUROC", "How well the notes of each class are ranked above all others; 50 is chance."),
        ),
    )

    def gold(self, texts: Texts, task: ClassificationConfig, splits: Sequence[str] = SPLITS) -> LabelledNotes:
        """Labels of the notes; see `labelled`."""
        return LabelledNotes(labelled(texts.corpus, task, splits), texts)

    def settings(self, task: ClassificationConfig) -> list[Setting[LabelledNotes]]:
        """TF-IDF, the probes asked for, and fine-tuning."""
        plain = "logistic" in task.probes
        found: list[Setting[LabelledNotes]] = [LogisticProbe(LOGISTIC, task, ("tfidf",), features=tfidf)]
        if plain or task.shots:
            found.append(LogisticProbe(LOGISTIC, task, on_all_labels=plain))
        if "head" in task.probes:
            found.append(HeadProbe(HEAD, task))
        found += [PrivateProbe(record, task) for record in PRIVATE if record.name in task.probes]
        if EMBEDDING_TFIDF in task.probes:
            found.append(LogisticProbe(HYBRID, task, features=vectors_with_tfidf))
        if "finetune" in task.settings:
            found.append(DocumentFineTuning(FINETUNE, task))
        return found

    def scored(self, task: ClassificationConfig, classes: Sequence[str]) -> TaskMetrics:
        """Hits by class; and what probabilities say."""
        names = tuple(classes)
        return TaskMetrics(
            partial(classification_tally, classes=names),
            SINGLE_LABEL if task.separator is None else MULTILABEL,
            {one.name: one for one in RECORDS},
            unit=self.words.unit,
            by_label=BY_CLASS,
            decisions=partial(classification_decisions, classes=names),
            mistakes=partial(classification_mistakes, classes=names),
        )

    def graph(self, folder: Path) -> TaskGraph:
        """The graph of what a task has kept; see `classifier_graph`."""
        return classifier_graph(folder)

    def load(self, folder: Path) -> TextClassifier:
        """Open what a task has kept; see `load_classifier`."""
        return load_classifier(folder)

    def describe(self, task: ClassificationConfig) -> str:
        """Label, probes, few-shot subsets and fine-tuning."""
        parts = [f"predict {task.label} of the whole note"]
        if task.separator is not None:
            parts.append("notes may have several labels, each with a threshold chosen on validation")
        if "probe" in task.settings:
            parts.append(f"frozen encoder with {listed([_probe(task, probe) for probe in task.probes])}")
        if task.labels is not None:
            parts.append(f"at most {task.labels:,} labelled notes, the same for every model")
        if task.shots:
            both = ", on the embedding alone and on embedding + TF-IDF" if EMBEDDING_TFIDF in task.probes else ""
            shots = listed([str(n) for n in task.shots])
            parts.append(f"few-shot with {shots} labels per class, {counted(task.subsets, 'random subset')} each{both}")
        if "finetune" in task.settings:
            parts.append(_finetuning(task.finetune))
        return "; ".join(parts)


def _probe(task: ClassificationConfig, probe: str) -> str:
    private = f"with differential privacy (ε {task.dp.epsilon:g})"
    return {
        "logistic": "logistic regression",
        "head": f"a two-layer head ({counted(task.seeds, 'seed')})",
        EMBEDDING_TFIDF: "logistic regression on embedding + TF-IDF",
        "private_logistic": f"logistic regression {private}",
        "private_head": f"a two-layer head {private}",
    }[probe]


def _finetuning(tune: FinetuneConfig) -> str:
    which = (
        f"the base and the {tune.best} adapted models that are best on validation"
        if tune.models == "best"
        else ("every model" if tune.models == "all" else listed(tune.models))
    )
    limit = "" if tune.notes is None else f", on {tune.notes:,} notes"
    return f"full fine-tuning of {which} ({counted(tune.seeds, 'seed')}{limit})"
