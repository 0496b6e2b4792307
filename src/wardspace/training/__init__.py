"""The one training loop: budgets of tokens, batches, precision, freezing, checkpoints, exact resume."""

from wardspace.training.adapt import COST_FILE, HISTORY_FILE, Recipe, adapt
from wardspace.training.combine import Combiner, Penalty, WeightedSum
from wardspace.training.data.source import FixedSource, Source
from wardspace.training.phase import EarlyStop, Part, TrainingOptions, TrainingRecord
from wardspace.training.train import train

__all__ = [
    "COST_FILE",
    "HISTORY_FILE",
    "Combiner",
    "EarlyStop",
    "FixedSource",
    "Part",
    "Penalty",
    "Recipe",
    "Source",
    "TrainingOptions",
    "TrainingRecord",
    "WeightedSum",
    "adapt",
    "train",
]
