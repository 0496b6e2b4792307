"""Scores, intervals and paired differences: pure functions of stored predictions."""

from wardspace.evaluation.across import across
from wardspace.evaluation.differences import differences
from wardspace.evaluation.judgement import judge
from wardspace.evaluation.metrics import METRICS
from wardspace.evaluation.results import (
    SCHEMA_VERSION,
    AcrossDifference,
    Difference,
    ModelRecord,
    Results,
    Score,
    SpaceScore,
    StageCost,
)
from wardspace.evaluation.scores import scores
from wardspace.evaluation.selection import best_models

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
    "judge",
    "scores",
]
