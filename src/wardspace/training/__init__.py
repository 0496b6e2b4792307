"""The one training loop: budgets of tokens, batches, precision, freezing, checkpoints, exact resume."""

from wardspace.training.adapt import COST_FILE, HISTORY_FILE, adapt
from wardspace.training.cost import LossPoint, StageCost

__all__ = ["COST_FILE", "HISTORY_FILE", "LossPoint", "StageCost", "adapt"]
