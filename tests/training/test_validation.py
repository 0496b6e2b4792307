from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import CategoryConfig, MlmConfig
from wardspace.objectives import Reading, build
from wardspace.training.validation import validation_loss


def test_it_is_the_mean_over_all_predictions_not_over_batches(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    readings = [Reading(e, -1) for e in random_examples(masked, [100, 8, 9])]
    split = [objective.collate(readings[:1]), objective.collate(readings[1:])]
    whole = validation_loss(objective, [objective.collate(readings)], nullcontext())
    assert validation_loss(objective, split, nullcontext())["loss"] == pytest.approx(whole["loss"], rel=1e-5)


def test_weights_of_the_parts_count_and_nothing_is_left_changed(masked):
    setting = setting_of(masked, categories={"kind": ["a", "b"]})
    objective = build(CategoryConfig(weight=0.5), masked, setting).train()
    examples = random_examples(masked, [30, 40])
    torch.manual_seed(0)
    state = torch.get_rng_state()
    found = validation_loss(objective, [objective.collate([Reading(e, -1) for e in examples])], nullcontext())
    assert torch.equal(torch.get_rng_state(), state)
    assert objective.training
    assert found["classify.kind"] == 0.0
    assert found["loss"] == pytest.approx(found["mlm"])
