"""The one training loop: budgets of tokens, batches, precision, freezing, checkpoints, exact resume."""

from wardspace.training.adapt import COST_FILE, HISTORY_FILE, adapt

__all__ = ["COST_FILE", "HISTORY_FILE", "adapt"]
