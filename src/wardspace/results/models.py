"""Records of the models that were compared, and of what their training cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from wardspace.results.record import Record


class LossPoint(Record):
    """The validation loss at one moment of training."""

    tokens: int
    """Tokens read so far in this stage."""
    loss: float
    """Loss on the held-out training notes."""
    parts: dict[str, float] = {}
    """Its parts by name."""


def kept_point(losses: Sequence[LossPoint]) -> LossPoint | None:
    """Where the weights that were kept have their validation loss: the lowest after training began, if it was measured.

    The one before training does not count: parts of an objective that hold the model near its base have no loss there.
    """
    return min(losses[1:], key=lambda point: point.loss) if len(losses) > 1 else None


class StageCost(Record):
    """What one objective of one model read, took and changed."""

    objective: str
    """Name of the objective."""
    options: dict[str, Any]
    """Its options."""
    tokens: int
    """Tokens the encoder read, special tokens counted, padding not."""
    padding: float
    """Share of encoded positions that were padding."""
    notes_seen: int
    """Distinct notes read at least once, if only in part."""
    notes_read: int
    """Readings of notes, repetitions counted."""
    notes_left_out: int
    """Notes of the training split that the objective could not use."""
    steps: int
    """Updates of the weights."""
    batch_tokens: float | None = None
    """Tokens of an update on average, over all passes and processes."""
    batch_notes: float | None = None
    """Distinct notes of an update on average."""
    processes: int = 1
    """Processes that trained together."""
    seconds: float
    """Wall-clock seconds of training, validation included; work that an interruption lost counts once."""
    parameters_updated: int
    """Parameters that received updates; of low-rank training the additions."""
    parameters: int
    """Parameters of the encoder and the heads of the objective."""
    device: str
    """Where it ran and in which precision."""
    losses: list[LossPoint]
    """Validation losses, the first before training; the weights kept are those of the lowest after it."""


class ModelRecord(Record):
    """One row of the comparison."""

    name: str
    """Name in tables."""
    kind: Literal["base", "tfidf", "baseline", "other", "adapted"]
    """What adaptation starts from, word counts, another baseline without a language model, a model trained elsewhere,
    or an adapted one."""
    dimension: int | None
    """Length of a vector (number of terms for TF-IDF); null for a baseline that has neither."""
    parameters: int | None = None
    """Parameters of the encoder."""
    stages: list[StageCost] = []
    """Objectives in the order of training."""
    encode_seconds: float | None = None
    """Seconds to embed all notes of the corpus."""
    learned_columns: list[str] = []
    """Metadata columns the model has learned from."""
