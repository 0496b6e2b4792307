"""Labels of whole notes as a task: one a note, or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from wardspace.config.section import Section
from wardspace.config.tasks.finetuning import FinetuneConfig
from wardspace.config.tasks.section import TaskSection

EMBEDDING_TFIDF = "embedding_tfidf"
"""The probe on embedding + TF-IDF."""


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
    keep: bool = False
    """Keep what fine-tuning and the probe `head` have learned (first seed) in RUN/models/TASK-MODEL-SETTING, for
    `wardspace extract`."""
    finetune: FinetuneConfig = FinetuneConfig()
    """Options of full fine-tuning."""

    @model_validator(mode="after")
    def _something_to_keep(self) -> ClassificationConfig:
        if self.keep and "finetune" not in self.settings and "head" not in self.probes:
            raise ValueError("keep: only fine-tuning and the probe `head` can be kept; add one of them")
        return self

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

    @property
    def keeps_models(self) -> bool:
        """As asked."""
        return self.keep

    def depends_on(self, tuning: str) -> dict[str, Any]:
        """Everything but the options of the other settings."""
        others = {"keep", *(("finetune",) if tuning == "frozen" else ("probes", "shots", "subsets"))}
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
        return self.model_copy(update={"settings": ["probe"], "shots": few, "probes": probes, "keep": False})
