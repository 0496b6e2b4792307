"""Entities as a task: which stretches of a note name what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import Field

from wardspace.config.tasks.finetuning import FinetuneConfig, Rates
from wardspace.config.tasks.section import BudgetedTask


class EntityFinetuneConfig(FinetuneConfig):
    """Fine-tuning of a tagger: the encoder learns with the layer that tags its tokens."""

    seeds: int = Field(3, ge=1)
    """Repetitions with other seeds; of a label budget each has a subset of its own."""
    epochs: int = Field(15, ge=1)
    """Passes over the training notes; the best by strict F1 on validation is kept."""
    patience: int | None = Field(4, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = [1e-4, 3e-4]
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    batch_notes: int | None = Field(None, ge=1)
    """Notes of a batch, on average; null takes as many as leave an epoch 100 steps, from 1 to 16."""


class EntitiesConfig(BudgetedTask):
    """Find the mentions of entities in a note, with their types."""

    kind: Literal["entities"] = "entities"
    """Kind of task."""
    spans: str = "entities"
    """Column of the mentions: lists of records with `start` and `end`."""
    type: str | None = "type"
    """Field of these records with the type of entity; null: all are of one type."""
    types: list[str] | None = Field(None, min_length=1)
    """Types to find; null takes all that there are."""
    min_mentions: int = Field(1, ge=1)
    """Types with fewer mentions in the corpus are left out, and are named in the report."""
    unlabelled: Literal["none", "aside"] = "none"
    """Whether a note without any mention has none, or was not annotated and is left out. Of columns that
    `corpus.annotations` declares it is known: notes that nobody annotated are left out in any case."""
    scheme: Literal["BIO", "BIOES"] = "BIO"
    """How tags say where a mention begins and ends."""
    pieces: Literal["first", "all"] = "first"
    """Whether the first piece of each word is tagged, or every piece."""
    crf: bool = False
    """Score transitions between tags too (a conditional random field on top of the fine-tuned model)."""
    class_weights: float = Field(0.0, ge=0, le=1)
    """Weigh tags by their inverse frequency, raised to this power; 0 counts all alike. Not used with `crf`."""
    settings: list[Literal["head", "finetune"]] = ["head"]
    """A linear layer on frozen token vectors, fine-tuning, or both."""
    layers: int = Field(4, ge=1)
    """Layers of the frozen model that the linear layer sees next to each other, evenly from the embeddings to the last;
    1 takes the last alone."""
    baselines: list[Literal["dictionary", "word_crf"]] = ["dictionary", "word_crf"]
    """What the models are compared with: the mentions of the training notes looked up, and a conditional random field
    over words and their neighbours."""
    finetune: EntityFinetuneConfig = EntityFinetuneConfig()
    """Options of fine-tuning."""

    def span_columns(self) -> Mapping[str, str]:
        """The mentions."""
        return {"spans": self.spans}

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", *(("finetune", "crf") if tuning == "frozen" else ("baselines", "layers"))}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("strict_f1", "exact_f1", "partial_f1", "type_f1")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The linear layer on frozen vectors alone."""
        return self.model_copy(update={"settings": ["head"], "baselines": [], "budgets": [], "keep": False})
