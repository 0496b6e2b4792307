"""The objectives that a study file may name."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

from wardspace.config.objectives.blend import BlendConfig
from wardspace.config.objectives.category import CategoryConfig
from wardspace.config.objectives.declutr import DeclutrConfig
from wardspace.config.objectives.mlm import MlmConfig
from wardspace.config.objectives.pairs import PairsConfig
from wardspace.config.objectives.section import ObjectiveSection
from wardspace.config.section import Kinds

OBJECTIVES: Kinds[ObjectiveSection] = Kinds(
    MlmConfig, DeclutrConfig, CategoryConfig, BlendConfig, PairsConfig, default=""
)
"""Sections of all objectives. What each does is in `wardspace.objectives`, which holds a class for each of them."""


def in_full(value: Any) -> Any:
    """Write `mlm` and `{mlm: {…}}` as `{kind: mlm, …}`."""
    if isinstance(value, str):
        return {"kind": value}
    if isinstance(value, dict) and "kind" not in value and len(value) == 1:
        (kind, options), *_ = value.items()
        if options is None or isinstance(options, dict):
            return {"kind": kind, **(options or {})}
    return value


ObjectiveConfig = Annotated[ObjectiveSection, OBJECTIVES, BeforeValidator(in_full)]
"""One objective of a study: a name, or a name with its options."""
