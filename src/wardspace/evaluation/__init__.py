"""Scores, intervals and paired differences: pure functions of stored predictions."""

from wardspace.evaluation.score_predictions import best_models, score_predictions
from wardspace.evaluation.tally import Metric, RankMetric, Tally
from wardspace.evaluation.task_metrics import TaskMetrics

__all__ = ["Metric", "RankMetric", "Tally", "TaskMetrics", "best_models", "score_predictions"]
