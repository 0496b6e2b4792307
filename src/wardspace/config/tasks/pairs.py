"""Pairs of texts as a task: whether one follows from the other, asks the same, or answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator

from wardspace.config.tasks.finetuning import FinetuneConfig, Rates
from wardspace.config.tasks.section import BudgetedTask


class PairFinetuneConfig(FinetuneConfig):
    """Fine-tuning on pairs: the encoder reads both texts together and learns with the head."""

    seeds: int = Field(3, ge=1)
    """Repetitions with other seeds; of a label budget each has a subset of its own."""
    epochs: int = Field(8, ge=1)
    """Passes over the training pairs; the best by accuracy on validation is kept."""
    patience: int | None = Field(3, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = [5e-5, 1e-4]
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    batch_notes: int | None = Field(None, ge=1)
    """Pairs of a batch, on average; null takes as many as leave an epoch 100 steps, from 1 to 16."""
    notes: int | None = Field(None, ge=1)
    """Train on at most this many groups of pairs (the same for every model); null takes all of them."""


class TextPairsConfig(BudgetedTask):
    """Predict how two texts relate, as inference does: the note is one of them, a column holds the other."""

    kind: Literal["pairs"] = "pairs"
    """Kind of task."""
    hypothesis: str
    """Column with the other text; the note is the premise. It is de-identified and cleaned as the note is, and its
    values are in no result. Pairs that differ in it are no duplicates."""
    label: str
    """Column with the class of the pair: two, three or more of them."""
    classes: list[str] | None = Field(None, min_length=2)
    """Classes to predict; null takes all that training pairs have. Pairs of others are left out."""
    no_label: list[str] = ["-"]
    """Values of the label that say that there is none, as SNLI and MedNLI write it; such pairs are left out, and so are
    those without a value."""
    identical: Literal["keep", "drop"] = "keep"
    """What becomes of pairs of which both sides are the same text but for case, blanks and punctuation: they are
    counted in any case."""
    settings: list[Literal["logistic", "finetune"]] = ["logistic"]
    """Logistic regression on the frozen vectors u and v of both texts ([u, v, |u - v|, u * v]), fine-tuning that reads
    both texts together, or both."""
    baselines: list[Literal["majority", "tfidf"]] = ["majority", "tfidf"]
    """What the models are compared with: the commonest class, and logistic regression on TF-IDF of both texts, their
    difference, product and cosine."""
    budgets: list[Annotated[float, Field(gt=0, lt=1)]] = []
    """Shares of the training pairs that every setting learns from as well, as 0.1; all of them are always learned from.
    They are drawn by patient, or by premise where no patient is known. One that cannot hold every class is left out and
    named."""
    keep: bool = False
    """Keep what `logistic` and `finetune` have learned from all labels (first seed) in RUN/models/TASK-MODEL-SETTING,
    for use on other pairs."""
    finetune: PairFinetuneConfig = PairFinetuneConfig()
    """Options of fine-tuning."""

    @field_validator("classes")
    @classmethod
    def _distinct(cls, classes: list[str] | None) -> list[str] | None:
        if classes is not None and len(set(classes)) < len(classes):
            raise ValueError("each class once")
        return classes

    def columns(self) -> Mapping[str, str]:
        """Label and hypothesis."""
        return {"label": self.label, "hypothesis": self.hypothesis}

    def text_columns(self) -> Sequence[str]:
        """The hypothesis."""
        return (self.hypothesis,)

    def paired_columns(self) -> Sequence[str]:
        """The hypothesis."""
        return (self.hypothesis,)

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", "finetune" if tuning == "frozen" else "baselines"}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("accuracy", "macro_f1", "balanced_accuracy", "auroc")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """Logistic regression on frozen vectors alone."""
        return self.model_copy(update={"settings": ["logistic"], "baselines": [], "budgets": [], "keep": False})
