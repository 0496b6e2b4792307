"""Runs the stages of a study, remembers them, records what ran."""

from wardspace.study.commands.evaluate import evaluate
from wardspace.study.study import STAGES, Study

__all__ = ["STAGES", "Study", "evaluate"]
