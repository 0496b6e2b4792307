"""Records of how far a single answer of a model can be trusted."""

from __future__ import annotations

from typing import Literal

from wardspace.results.record import Record


class CalibrationScore(Record):
    """One measure of the probabilities of a model on test; lower is better in each."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting, as in `scores`."""
    shots: int | None
    """Size of the label budget: labelled notes per class, or notes in all of entities; null for all."""
    measure: Literal["ece", "ece_plain", "brier", "log_loss", "aurc"]
    """Expected calibration error without and with its bias, Brier score (0 to 2), log loss (nats), or the area under
    the risk-coverage curve."""
    temperature: float | None
    """Temperature the probabilities were scaled by, fitted on validation (mean over seeds); null before scaling."""
    value: float
    """Its value, the mean over seeds or subsets."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""
    bins: int
    """Bins behind the calibration error."""
    n: int
    """Decisions scored, the mean over runs: one a unit, one a unit and label where several labels may be right, or one
    a mention that was predicted."""
    unit: str = "note"
    """What decisions are of: note, mention."""
    groups: int
    """Patients among them."""


class ReliabilityBin(Record):
    """One bin of a reliability curve: test notes of like confidence, over all seeds."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting."""
    confidence: float
    """Mean probability of the predicted class."""
    accuracy: float
    """Share that was right."""
    low: float
    """Lower end of the interval of the accuracy."""
    high: float
    """Upper end of the interval of the accuracy."""
    n: int
    """Predictions in the bin."""


class RiskPoint(Record):
    """One point of a risk-coverage curve on test."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting."""
    coverage: float
    """Share of notes answered, the surest first."""
    risk: float
    """Share of wrong answers among them."""


class Abstention(Record):
    """What a rule of abstention, chosen on validation, came to on test."""

    model: str
    """Model."""
    task: str
    """Task."""
    setting: str
    """Setting."""
    aim: Literal["coverage", "risk"]
    """What the threshold was chosen by on validation: to answer this share, or to be wrong in no more than this."""
    level: float
    """The share aimed at."""
    threshold: float | None
    """Least confidence of an answer (mean over seeds); null where no threshold did it on validation."""
    coverage: float
    """Share of the decisions answered."""
    coverage_low: float
    """Lower end of its interval."""
    coverage_high: float
    """Upper end of its interval."""
    accuracy: float | None
    """Share of the answers that were right; null where nothing was answered."""
    accuracy_low: float | None
    """Lower end of its interval."""
    accuracy_high: float | None
    """Upper end of its interval."""
    n: int
    """Decisions on test, answered or not; see `calibration`."""
