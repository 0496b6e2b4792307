"""Self-supervised objectives: what to predict, how to collate, the loss. Know nothing of the training loop."""

from wardspace.objectives.base import Objective, ObjectiveSettings, Output
from wardspace.objectives.registry import OBJECTIVES, build
from wardspace.objectives.units import Reading, Unit
from wardspace.objectives.vocabulary import Vocabulary

__all__ = ["OBJECTIVES", "Objective", "ObjectiveSettings", "Output", "Reading", "Unit", "Vocabulary", "build"]
