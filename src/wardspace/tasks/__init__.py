"""Notes in, predictions with ids out, one folder a kind of task; scores are computed later from what is stored."""

from wardspace.tasks.kind import BudgetWords, Fitted, Gold, KindWords, RunKey, Setting, TaskKind, TrainingSetting
from wardspace.tasks.notes import EvaluatedModel, Notes, Texts, no_model
from wardspace.tasks.predictions import SCORED, classes_of, read_predictions, terms_of, write_predictions
from wardspace.tasks.registry import KINDS, kind_of, register
from wardspace.tasks.run import kept_folders, predict

__all__ = [
    "KINDS",
    "SCORED",
    "BudgetWords",
    "EvaluatedModel",
    "Fitted",
    "Gold",
    "KindWords",
    "Notes",
    "RunKey",
    "Setting",
    "TaskKind",
    "Texts",
    "TrainingSetting",
    "classes_of",
    "kept_folders",
    "kind_of",
    "no_model",
    "predict",
    "read_predictions",
    "register",
    "terms_of",
    "write_predictions",
]
