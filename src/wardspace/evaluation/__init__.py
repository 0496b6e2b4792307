"""Scores, intervals and paired differences: pure functions of stored predictions."""

from wardspace.evaluation.differences import across, differences
from wardspace.evaluation.metrics.classification import METRICS
from wardspace.evaluation.score_predictions import best_models, score_predictions
from wardspace.evaluation.scores import scores
from wardspace.results.results import (
    SCHEMA_VERSION,
    AcrossDifference,
    Difference,
    ModelRecord,
    Results,
    Score,
    SpaceScore,
    StageCost,
)

__all__ = [
    "METRICS",
    "SCHEMA_VERSION",
    "AcrossDifference",
    "Difference",
    "ModelRecord",
    "Results",
    "Score",
    "SpaceScore",
    "StageCost",
    "across",
    "best_models",
    "differences",
    "score_predictions",
    "scores",
]
