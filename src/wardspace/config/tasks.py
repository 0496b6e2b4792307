"""The tasks a study scores its models on."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wardspace.config.section import Section


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
    learning_rate: float = Field(2e-5, gt=0)
    """Highest learning rate."""
    weight_decay: float = Field(0.01, ge=0)
    """AdamW weight decay."""
    batch_notes: int = Field(16, ge=1)
    """Notes of a batch."""
    notes: int | None = Field(None, ge=1)
    """Train on at most this many notes (the same for every model); null takes all."""


class ClassificationConfig(Section):
    """Predict a label of the whole note."""

    kind: Literal["classification"] = "classification"
    """Kind of task."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the task in tables and folders."""
    label: str
    """Column to predict; notes without a value stand aside."""
    settings: list[Literal["probe", "finetune"]] = ["probe"]
    """Frozen encoder with a probe, full fine-tuning, or both."""
    probes: list[Literal["logistic", "head"]] = ["logistic"]
    """Probes on frozen vectors: logistic regression, and the study's two-layer head."""
    shots: list[Annotated[int, Field(ge=1)]] = []
    """Labelled notes per class of the few-shot runs (logistic probe); validation and test stay whole."""
    subsets: int = Field(10, ge=1)
    """Seeded subsets per number of shots; a smaller one lies inside the larger one of the same seed."""
    seeds: int = Field(3, ge=1)
    """Seeds of the two-layer head."""
    min_notes: int = Field(1, ge=1)
    """Classes with fewer notes in the corpus stand aside, and are named in the report."""
    absent_classes: Literal["error", "drop"] = "error"
    """What to do with a class that is missing from a split: stop and name it, or go on without it."""
    allow_trained_label: bool = False
    """Allow a label that an objective has learned from; the report then says so."""
    finetune: FinetuneConfig = FinetuneConfig()
    """Options of full fine-tuning."""


class SpaceConfig(Section):
    """The shape of the embedding space."""

    columns: list[str] = []
    """Labels and metadata to measure it by; empty takes all of them."""
    split: Literal["test", "validation", "train", "all"] = "test"
    """Which notes are measured."""
    notes: int | None = Field(None, ge=10)
    """Measure at most this many notes, drawn by seed (the same for every model); null takes all."""
    queries: int = Field(5000, ge=10)
    """Notes that are compared with all others, where every pair would be too many; up to so many, all pairs count."""
    permutations: int = Field(999, ge=19)
    """Random deals of the labels behind each p-value of separation."""
    seed: int = 1
    """Seed of samples, clusters, permutations and maps."""


class ReportConfig(Section):
    """The report."""

    title: str | None = None
    """Heading; null takes the study's name."""
    resamples: int = Field(1000, ge=100)
    """Bootstrap resamples of patients behind each interval."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Confidence of the intervals."""
    seed: int = 1
    """Seed of the bootstrap."""
    map: Literal["pca", "umap"] = "pca"
    """How maps are drawn: the first two principal components, or UMAP (pip install 'wardspace[maps]')."""
    map_notes: int = Field(1500, ge=10)
    """Most notes drawn in a map."""
