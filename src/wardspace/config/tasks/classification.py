"""Labels of whole notes as a task: one a note, or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from wardspace.config.section import Section
from wardspace.config.tasks.section import TaskSection
from wardspace.config.training import LoraConfig, Precision, TrainingConfig

EMBEDDING_TFIDF = "embedding_tfidf"
"""The probe on embedding + TF-IDF."""


class FinetuneConfig(Section):
    """Full fine-tuning: the encoder learns with the head."""

    models: list[str] | Literal["best", "all"] = "best"
    """Models to fine-tune: names, all, or the base with the `best` adapted ones by frozen validation score."""
    best: int = Field(2, ge=1)
    """How many adapted models `best` takes."""
    seeds: int = Field(2, ge=1)
    """Repetitions with other seeds."""
    epochs: int = Field(3, ge=1)
    """Passes over the training notes; the best by validation macro F1 is kept."""
    patience: int | None = Field(None, ge=1)
    """Stop after so many epochs in a row without a better score (null: never)."""
    learning_rate: float = Field(2e-5, gt=0)
    """Highest learning rate."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW weight decay."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of steps of rising learning rate."""
    dropout: float | None = Field(None, ge=0, lt=1)
    """Share of what passes from layer to layer that is dropped in training (null: as the base came)."""
    batch_notes: int = Field(16, ge=1)
    """Notes of a batch, on average."""
    batch_tokens: int | None = Field(None, ge=1)
    """Tokens of a batch instead, padding not counted."""
    pass_tokens: int | None = Field(None, ge=16)
    """Tokens a process reads at once (null: 4,096 on a CPU, 32,768 on a GPU)."""
    precision: Precision = "auto"
    """As for adaptation: `auto` takes bf16 where the processor has it, else fp16 on a GPU, else fp32."""
    freeze_layers: int = Field(0, ge=0)
    """Keep the embeddings and this many of the lowest layers as they are; 0 trains everything."""
    layer_decay: float = Field(1.0, gt=0, le=1)
    """Each layer learns at this share of the rate of the one above it; 1 gives all layers the same rate."""
    lora: LoraConfig | None = None
    """Train low-rank additions instead of the encoder's own weights (null: train the weights)."""
    notes: int | None = Field(None, ge=1)
    """Train on at most this many notes (the same for every model) of those that the task may learn from; null takes all
    of them."""

    def training(self, seed: int, batch_tokens: int) -> TrainingConfig:
        """These options as the training loop takes them."""
        shared = {name: value for name, value in self if name in TrainingConfig.model_fields}
        own = {"seed": seed, "batch_tokens": batch_tokens, "evaluations": self.epochs}
        return TrainingConfig.model_validate(shared | own)


class DpConfig(Section):
    """Differential privacy of the private probes."""

    epsilon: float = Field(8.0, gt=0)
    """How much training may reveal at most, each probe by itself: the smaller, the less."""
    delta: float | None = Field(None, gt=0, lt=1)
    """Chance that more is revealed; null takes 0.1 divided by the number of training patients."""
    unit: Literal["patient", "note"] = "patient"
    """Whose share is hidden: all labelled notes of a patient together, or each note by itself."""
    clip: float = Field(1.0, gt=0)
    """Longest gradient that a unit may add to a step."""
    epochs: int = Field(30, ge=1)
    """Passes over the units, on average."""
    batch: int = Field(256, ge=1)
    """Units of a step, on average."""


class ClassificationConfig(TaskSection):
    """Predict a label of the whole note."""

    kind: Literal["classification"] = "classification"
    """Kind of task."""
    label: str
    """Column to predict; notes without a value are left out."""
    separator: str | None = Field(None, min_length=1)
    """Sign between the labels of a note that may have several, as `;`; null: each note has one. Each of several
    labels is decided by itself, from a probability that is chosen on validation."""
    unlabelled: Literal["aside", "none"] = "aside"
    """Where notes may have several labels: whether one without a value is left out or has none of them."""
    settings: list[Literal["probe", "finetune"]] = ["probe"]
    """Frozen encoder with a probe, full fine-tuning, or both."""
    probes: list[Literal["logistic", "head", "embedding_tfidf", "private_logistic", "private_head"]] = ["logistic"]
    """Probes on frozen vectors: logistic regression, the study's two-layer head, logistic regression on the vectors
    joined with TF-IDF of the note (`embedding_tfidf`, which needs `logistic` too), and the first two trained under
    differential privacy (extra `dp`)."""
    dp: DpConfig = DpConfig()
    """What the private probes may reveal."""
    labels: int | None = Field(None, ge=1)
    """Learn from at most this many labelled training notes, drawn by seed, the same for every model and probe; null
    takes all. A larger number includes a smaller one; few-shot subsets are drawn from all notes."""
    shots: list[Annotated[int, Field(ge=1)]] = []
    """Labelled notes per class of the few-shot runs (`logistic`, `embedding_tfidf`); validation and test stay whole.
    Where notes may have several labels, so many of each label at least, and of none."""
    subsets: int = Field(10, ge=1)
    """Seeded subsets per number of shots; a smaller one lies inside the larger one of the same seed."""
    seeds: int = Field(3, ge=1)
    """Seeds of the two-layer head and of private probes."""
    min_notes: int = Field(1, ge=1)
    """Classes with fewer notes in the corpus are left out, and are named in the report."""
    absent_classes: Literal["error", "drop"] = "error"
    """What to do with a class that is missing from a split: stop and name it, or go on without it."""
    allow_trained_label: bool = False
    """Allow a label that an objective has learned from; the report then says so."""
    finetune: FinetuneConfig = FinetuneConfig()
    """Options of full fine-tuning."""

    @model_validator(mode="after")
    def _needs_logistic(self) -> ClassificationConfig:
        if EMBEDDING_TFIDF in self.probes and "logistic" not in self.probes:
            raise ValueError("probes: embedding_tfidf is compared with the encoder alone; add logistic")
        return self

    @model_validator(mode="after")
    def _several_labels(self) -> ClassificationConfig:
        if self.separator is None and self.unlabelled == "none":
            raise ValueError("unlabelled: none needs a separator: a note with one label always has it")
        return self

    def columns(self) -> Mapping[str, str]:
        """The label."""
        return {"label": self.label}

    @property
    def may_have_trained(self) -> bool:
        """Only where the study says so: a model that has read the labels does not have to find them in the notes."""
        return self.allow_trained_label

    def models_named(self) -> Mapping[str, Sequence[str]]:
        """Models to fine-tune."""
        return {"finetune.models": self.finetune.models} if isinstance(self.finetune.models, list) else {}

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"finetune"} if tuning == "frozen" else {"probes", "shots", "subsets"}
        return self.model_dump(mode="json", exclude=others)

    def metric_names(self) -> Sequence[str]:
        """Metrics of one label a note, or those that mean something where notes may have several."""
        if self.separator is None:
            return ("macro_f1", "micro_f1", "accuracy", "balanced_accuracy", "auroc")
        return ("macro_f1", "micro_f1", "auroc", "average_precision")

    def search_shots(self) -> Sequence[int | None]:
        """Its own, and all labels."""
        return (*self.shots, None)

    def for_search(self, shots: Sequence[int | None]) -> Self:
        """The logistic probe alone."""
        few = [count for count in shots if count is not None]
        probes = ["logistic"] if None in shots else []
        return self.model_copy(update={"settings": ["probe"], "shots": few, "probes": probes})
