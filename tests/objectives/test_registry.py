from __future__ import annotations

import pytest

from tests.fixtures.objectives import setting_of
from wardspace.config import OBJECTIVES as SECTIONS
from wardspace.config import BlendConfig, CategoryConfig, DeclutrConfig, MlmConfig
from wardspace.core.errors import StudyError
from wardspace.objectives import OBJECTIVES, Objective, build


def test_every_kind_of_the_study_file_has_its_objective():
    assert set(SECTIONS.sections) == set(OBJECTIVES)


@pytest.mark.parametrize("config", [MlmConfig(), DeclutrConfig(), CategoryConfig(), BlendConfig()])
def test_build_makes_it(masked, config):
    objective = build(config, masked, setting_of(masked, categories={"kind": ["a", "b"]}))
    assert isinstance(objective, Objective)
    assert isinstance(objective, OBJECTIVES[config.kind])
    assert objective.weights


def test_a_section_without_a_class_is_said_to_be_one(masked, monkeypatch):
    monkeypatch.delitem(OBJECTIVES, "mlm")
    with pytest.raises(StudyError, match="mlm") as caught:
        build(MlmConfig(), masked, setting_of(masked))
    assert "OBJECTIVES" in caught.value.fix
