from __future__ import annotations

from typing import get_args

import pytest

from tests.fixtures.objectives import setting_of
from wardspace.config import BlendConfig, CategoryConfig, DeclutrConfig, MlmConfig, ObjectiveConfig
from wardspace.objectives import OBJECTIVES, Objective, build


def test_every_kind_of_the_study_file_has_its_objective():
    union, *_ = get_args(ObjectiveConfig)
    kinds = {section.model_fields["kind"].default for section in get_args(union)}
    assert kinds == set(OBJECTIVES)


@pytest.mark.parametrize("config", [MlmConfig(), DeclutrConfig(), CategoryConfig(), BlendConfig()])
def test_build_makes_it(masked, config):
    objective = build(config, masked, setting_of(masked, categories={"kind": ["a", "b"]}))
    assert isinstance(objective, Objective)
    assert isinstance(objective, OBJECTIVES[config.kind])
    assert objective.weights
