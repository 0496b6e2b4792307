"""The objectives by name: a new one is one new file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from wardspace.config import ObjectiveConfig
from wardspace.core.errors import StudyError
from wardspace.models import LanguageModel
from wardspace.objectives.base import Objective, ObjectiveSettings
from wardspace.objectives.self_supervised.blend import Blend
from wardspace.objectives.self_supervised.category import Category
from wardspace.objectives.self_supervised.declutr import Declutr
from wardspace.objectives.self_supervised.mlm import MaskedLanguageModelling
from wardspace.objectives.self_supervised.pairs import Pairs

OBJECTIVES: dict[str, Callable[..., Objective]] = {
    "mlm": MaskedLanguageModelling,
    "declutr": Declutr,
    "category": Category,
    "blend": Blend,
    "pairs": Pairs,
}
"""Name in a study file to objective."""


def build(config: ObjectiveConfig, model: LanguageModel, setting: ObjectiveSettings) -> Objective:
    """Make the objective that a section of a study file describes.

    Raises
    ------
    StudyError
        If a section of that name exists and no objective does.
    """
    if config.kind not in OBJECTIVES:
        raise StudyError(
            f"the objective {config.kind} has a section in the study file and no class that trains it",
            where="wardspace/objectives/registry.py",
            fix="add its class to OBJECTIVES there",
        )
    return OBJECTIVES[config.kind](config, model, setting)
