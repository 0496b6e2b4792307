"""Relations as a task: which of the things that a note mentions have to do with each other, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from wardspace.config.tasks.finetuning import FinetuneConfig, Rates
from wardspace.config.tasks.section import BudgetedTask


class RelationFinetuneConfig(FinetuneConfig):
    """Fine-tuning on relations: the encoder learns with the head that scores pairs of mentions."""

    seeds: int = Field(3, ge=1)
    """Repetitions with other seeds; of a label budget each has a subset of its own."""
    epochs: int = Field(12, ge=1)
    """Passes over the training notes; the best by micro F1 on validation is kept."""
    patience: int | None = Field(4, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: Rates = [1e-4, 3e-4]
    """Highest learning rate; of several the first seed of a model finds the one that is best on validation."""
    batch_notes: int | None = Field(None, ge=1)
    """Notes of a batch, on average; null takes as many as leave an epoch 100 steps, from 1 to 16."""


class RelationsConfig(BudgetedTask):
    """Find which mentions (or the concepts they name) are related in a note, and how."""

    kind: Literal["relations"] = "relations"
    """Kind of task."""
    relations: str = "relations"
    """Column of the relations: records with the places of both mentions (`head_start`, `head_end`, `tail_start` and
    `tail_end`; also `head_id` and `tail_id`), or with two concepts (`head` and `tail`) that hold for the whole note."""
    relation_type: str | None = "type"
    """Field of these records with the type of relation; null: all are of one type."""
    spans: str | None = "entities"
    """Column of the mentions: lists of records with `start` and `end`; null takes the places that relations name."""
    type: str | None = "type"
    """Field of the mentions with the type of entity; null: all are of one type."""
    concept: str = "concept"
    """Field of the mentions with their concept, or with several, read where relations are between concepts."""
    separators: str = ",;|"
    """Signs between several concepts of one mention."""
    entities: str = "gold"
    """Mentions of validation and test: those that are marked (`gold`), or those that a task of this name and the kind
    `entities` predicts with the same model (a baseline takes those of the base). Models learn from marked ones."""
    directed: bool = True
    """Whether head and tail differ; if false, a relation is the same from either side."""
    types: list[str] | None = Field(None, min_length=1)
    """Types of relation to find; null takes all that there are."""
    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]] | None = None
    """Types of head and tail that may be related, as `[Chemical, Disease]`; null takes those that are in the training
    notes."""
    window: int | None = Field(None, ge=1)
    """Most words between two mentions that may be related; null sets no limit."""
    overlap: float = Field(0.5, ge=0, lt=1)
    """Share of a window that the next one reads again, of a note longer than a window: two mentions that no window
    holds cannot be related (fine-tuning)."""
    merge: Literal["logsumexp", "max"] = "logsumexp"
    """How the scores of all mentions of two concepts become one (fine-tuning)."""
    negatives: float | None = Field(None, gt=0)
    """Unrelated pairs to learn from for each related one, drawn anew in each epoch; null takes all."""
    class_weights: float = Field(0.0, ge=0, le=1)
    """Weigh types by their inverse frequency, raised to this power; 0 counts all alike."""
    settings: list[Literal["head", "finetune"]] = ["head"]
    """Logistic regression on frozen token vectors, fine-tuning, or both."""
    baselines: list[Literal["cooccurrence"]] = ["cooccurrence"]
    """What the models are compared with: all that is mentioned in one sentence is related."""
    finetune: RelationFinetuneConfig = RelationFinetuneConfig()
    """Options of fine-tuning."""

    @model_validator(mode="after")
    def _marked_to_learn(self) -> Self:
        if self.entities != "gold" and self.spans is None:
            raise ValueError(
                "spans: without marked mentions there is nothing that predicted ones could be compared with"
            )
        return self

    def span_columns(self) -> Mapping[str, str]:
        """Mentions and relations."""
        return {"relations": self.relations} | ({} if self.spans is None else {"spans": self.spans})

    def needs(self) -> Mapping[str, str]:
        """The task that predicts the entities."""
        return {} if self.entities == "gold" else {self.entities: "entities"}

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", *(("finetune", "overlap", "merge") if tuning == "frozen" else ("baselines",))}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """What recipes can be compared by."""
        return ("micro_f1", "precision", "recall", "macro_f1", "pair_f1")

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The regression on frozen vectors alone, between marked mentions."""
        return self.model_copy(
            update={"entities": "gold", "settings": ["head"], "baselines": [], "budgets": [], "keep": False}
        )
