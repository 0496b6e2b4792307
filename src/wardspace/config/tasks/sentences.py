"""Labels of sentences as a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from wardspace.config.tasks.finetuning import FinetuneConfig, Rates
from wardspace.config.tasks.section import BudgetedTask


class SentenceFinetuneConfig(FinetuneConfig):
    """Fine-tuning on sentences: the encoder learns with the head that labels its sentences."""

    seeds: int = Field(3, ge=1)
    """Repetitions with other seeds; of a label budget each has a subset of its own."""
    epochs: int = Field(8, ge=1)
    """Passes over the training notes; the best by micro F1 on validation is kept."""
    patience: int | None = Field(3, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = [1e-4, 3e-4]
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    batch_notes: int | None = Field(None, ge=1)
    """Notes of a batch, on average; null takes as many as leave an epoch 100 steps, from 1 to 16."""


class SentencesConfig(BudgetedTask):
    """Give each sentence of a note the labels that it has: none, one or several."""

    kind: Literal["sentences"] = "sentences"
    """Kind of task."""
    spans: str = "sentences"
    """Column of what is marked: lists of records with `start` and `end`."""
    label: str = "labels"
    """Field of these records with the labels."""
    separator: str | None = Field("|", min_length=1)
    """Sign between several labels of one record (null: each has one)."""
    marked: Literal["sentences", "stretches"] = "sentences"
    """Whether the column holds every sentence, labelled or not; or only stretches that have a label: then notes are
    split into sentences, and each has the labels of the stretches that it shares a word with."""
    labels: list[str] | None = Field(None, min_length=1)
    """Labels to give; null takes all that there are."""
    min_sentences: int = Field(1, ge=1)
    """Labels of fewer sentences in the corpus are left out, and are named in the report."""
    unlabelled: Literal["none", "aside"] = "none"
    """Whether a note without any label has none, or was not annotated and is left out."""
    class_weights: float = Field(0.0, ge=0, le=1)
    """Fine-tuning weighs sentences that have a label by how many times fewer they are than those without it, raised to
    this power; 0 counts all alike."""
    settings: list[Literal["logistic", "head", "finetune"]] = ["logistic"]
    """Logistic regression on frozen vectors of sentences, the two-layer head on them, fine-tuning."""
    baselines: list[Literal["majority", "tfidf"]] = ["majority", "tfidf"]
    """What the models are compared with: the labels that most training sentences have (mostly none), and logistic
    regression on TF-IDF of the sentence."""
    finetune: SentenceFinetuneConfig = SentenceFinetuneConfig()
    """Options of fine-tuning."""

    @model_validator(mode="after")
    def _something_to_keep(self) -> Self:
        if self.keep and not {"head", "finetune"} & {*self.settings}:
            raise ValueError("keep: only `head` and `finetune` can be kept; add one of them to settings")
        return self

    def span_columns(self) -> Mapping[str, str]:
        """The sentences."""
        return {"spans": self.spans}

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", *(("finetune", "class_weights") if tuning == "frozen" else ("baselines",))}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("micro_f1", "macro_f1", "auroc", "average_precision")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """Logistic regression on frozen vectors alone."""
        update = {"settings": ["logistic"], "baselines": [], "budgets": [], "keep": False}
        return self.model_copy(update=update)
