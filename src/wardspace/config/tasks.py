"""The tasks a study scores its models on."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from wardspace.config.retrieval import RetrievalConfig
from wardspace.config.section import Section

BESIDE = "words_beside"
"""The probe that reads word counts beside the vectors."""

IntervalMethod = Literal["bca", "percentile"]
"""How a bootstrap distribution becomes an interval."""


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
    """Train on at most this many notes (the same for every model) of those that the task may learn from; null takes all
    of them."""


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


class ClassificationConfig(Section):
    """Predict a label of the whole note."""

    kind: Literal["classification"] = "classification"
    """Kind of task."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the task in tables and folders."""
    label: str
    """Column to predict; notes without a value stand aside."""
    separator: str | None = Field(None, min_length=1)
    """Sign between the labels of a note that may have several, as `;`; null: each note has one. Several are told apart
    one by one on the frozen encoder, each from a probability on that is chosen on validation."""
    unlabelled: Literal["aside", "none"] = "aside"
    """Where notes may have several labels: whether one without a value stands aside or has none of them."""
    settings: list[Literal["probe", "finetune"]] = ["probe"]
    """Frozen encoder with a probe, full fine-tuning, or both."""
    probes: list[Literal["logistic", "head", "words_beside", "private_logistic", "private_head"]] = ["logistic"]
    """Probes on frozen vectors: logistic regression, the study's two-layer head, logistic regression on the vectors
    beside TF-IDF of the note (`words_beside`, which needs `logistic` too), and the first two trained under differential
    privacy (extra `dp`)."""
    dp: DpConfig = DpConfig()
    """What the private probes may reveal."""
    labels: int | None = Field(None, ge=1)
    """Learn from at most this many labelled training notes, drawn by seed, the same for every model and probe; null
    takes all. A larger number includes a smaller one; few-shot subsets are drawn from all notes."""
    shots: list[Annotated[int, Field(ge=1)]] = []
    """Labelled notes per class of the few-shot runs (`logistic`, `words_beside`); validation and test stay whole."""
    subsets: int = Field(10, ge=1)
    """Seeded subsets per number of shots; a smaller one lies inside the larger one of the same seed."""
    seeds: int = Field(3, ge=1)
    """Seeds of the two-layer head and of private probes."""
    min_notes: int = Field(1, ge=1)
    """Classes with fewer notes in the corpus stand aside, and are named in the report."""
    absent_classes: Literal["error", "drop"] = "error"
    """What to do with a class that is missing from a split: stop and name it, or go on without it."""
    allow_trained_label: bool = False
    """Allow a label that an objective has learned from; the report then says so."""
    finetune: FinetuneConfig = FinetuneConfig()
    """Options of full fine-tuning."""

    @model_validator(mode="after")
    def _beside_what(self) -> ClassificationConfig:
        if BESIDE in self.probes and "logistic" not in self.probes:
            raise ValueError("probes: words_beside is told beside the encoder alone, never instead; name logistic too")
        return self

    @model_validator(mode="after")
    def _several_labels(self) -> ClassificationConfig:
        if self.separator is None:
            if self.unlabelled == "none":
                raise ValueError("unlabelled: none needs a separator: a note with one label always has it")
            return self
        if (self.settings, self.probes, self.shots) != (["probe"], ["logistic"], []):
            raise ValueError(
                "separator: notes with several labels are scored by the logistic probe on all labels alone; "
                "leave settings, probes and shots out"
            )
        return self


def _kind(task: Any) -> str:
    """The kind of task that a section is meant as; without a word of it, classification."""
    kind = task.get("kind", "classification") if isinstance(task, dict) else getattr(task, "kind", "classification")
    return str(kind)


TaskConfig = Annotated[
    Annotated[ClassificationConfig, Tag("classification")] | Annotated[RetrievalConfig, Tag("retrieval")],
    Discriminator(_kind),
]
"""One task of a study."""


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
    resamples: int = Field(10_000, ge=100)
    """Bootstrap resamples of patients behind each interval (AUROC makes do with fewer where it would take long)."""
    interval: IntervalMethod = "bca"
    """Bootstrap interval: `bca` (corrected for bias and skewness) or `percentile`."""
    confidence: float = Field(0.95, gt=0.5, lt=1)
    """Confidence of the intervals."""
    seed: int = 1
    """Seed of the bootstrap."""
    map: Literal["pca", "umap"] = "pca"
    """How notes are placed in maps: by the first two principal components; `umap`: also by UMAP, to choose between
    (pip install 'wardspace[maps]')."""
    map_notes: int = Field(1500, ge=10)
    """Most notes drawn in a map."""
    subgroups: list[str] | None = None
    """Metadata columns (or labels that a task does not predict) by whose values scores are told apart; null takes the
    metadata with bands or with 2 to 12 values, `[]` none. Of more than 12 values the rarer ones are taken together."""
    bands: dict[str, Annotated[list[float], Field(min_length=1)]] = {}
    """Edges between bands of columns of numbers, as `{age_years: [18, 40, 65]}`; an edge belongs to the band above."""
    text_letters: int = Field(400, ge=1)
    """Letters of each note that `wardspace report --with-text` shows."""

    @field_validator("bands")
    @classmethod
    def _edges_rise(cls, bands: dict[str, list[float]]) -> dict[str, list[float]]:
        wrong = [name for name, edges in bands.items() if any(a >= b for a, b in pairwise(edges))]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: edges must rise")
        return bands
