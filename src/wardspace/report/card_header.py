"""The header of a model card: what hubs read, results included."""

from __future__ import annotations

from huggingface_hub import EvalResult, ModelCardData

from wardspace.config import StudyConfig
from wardspace.report.asked import base_name
from wardspace.report.board import Board
from wardspace.report.words import metric_name

TYPES = {"macro_f1": "f1", "micro_f1": "f1", "accuracy": "accuracy", "auroc": "roc_auc"}
"""Names that hubs know metrics by; others go by their own."""
_DIGITS = 4


def header(board: Board, model: str, study: StudyConfig) -> str:
    """YAML between its rules. No language and no licence is claimed: neither was looked at."""
    data = ModelCardData(
        model_name=f"{study.name}-{model}",
        base_model=base_name(study.base),
        library_name="sentence-transformers",
        pipeline_tag="sentence-similarity",
        license="other",
        license_name="see-base-model-and-notes",
        tags=["sentence-transformers", "feature-extraction", "clinical", "wardspace"],
        eval_results=_evaluations(board, model, study) or None,
    )
    return f"---\n{data.to_yaml()}\n---\n"


def _evaluations(board: Board, model: str, study: StudyConfig) -> list[EvalResult]:
    return [
        EvalResult(
            task_type="information-retrieval" if place.search else "text-classification",
            task_name=task,
            dataset_type=study.name,
            dataset_name=study.name,
            dataset_config=task,
            dataset_split="test",
            metric_type=TYPES.get(metric, metric),
            metric_name=f"{metric_name(metric)}, {place.name}",
            metric_value=round(score.value, _DIGITS),
            metric_args=_interval(score.low, score.high, board.results.confidence),
        )
        for task in board.tasks
        for metric in board.metrics(task)[:1]
        for place in board.places(task, metric)
        if (score := board.score(task, model, place, metric)) is not None
    ]


def _interval(low: float | None, high: float | None, confidence: float) -> dict[str, float] | None:
    if low is None or high is None:
        return None
    return {"low": round(low, _DIGITS), "high": round(high, _DIGITS), "confidence": confidence}
