"""The objectives by name: a new one is one new file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from wardspace.config import ObjectiveConfig
from wardspace.encoders import MaskedModel
from wardspace.objectives.base import Objective, Setting
from wardspace.objectives.blend import Blend
from wardspace.objectives.category import Category
from wardspace.objectives.declutr import Declutr
from wardspace.objectives.mlm import MaskedLanguageModelling
from wardspace.objectives.pairs import Pairs

OBJECTIVES: dict[str, Callable[..., Objective]] = {
    "mlm": MaskedLanguageModelling,
    "declutr": Declutr,
    "category": Category,
    "blend": Blend,
    "pairs": Pairs,
}
"""Name in a study file to objective."""


def build(config: ObjectiveConfig, masked: MaskedModel, setting: Setting) -> Objective:
    """Make the objective that a section of a study file describes."""
    return OBJECTIVES[config.kind](config, masked, setting)
