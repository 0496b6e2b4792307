from __future__ import annotations

import pytest

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import random_examples, setting_of, tiny_masked
from wardspace.config import DeclutrConfig, MlmConfig
from wardspace.core.errors import WardspaceError
from wardspace.objectives import Reading, build
from wardspace.training.freezing import parameter_count, set_trainable
from wardspace.training.optimiser import adamw, updated_names


def stepped(objective, masked):
    """Names of the parameters that one update has changed, and those the optimiser says it has updated."""
    before = {name: parameter.detach().clone() for name, parameter in objective.named_parameters()}
    optimiser = adamw(objective, 1e-2, 0.01)
    objective(**objective.collate([Reading(e, 0) for e in random_examples(masked, [60, 70])])).loss.backward()
    optimiser.step()
    moved = {name for name, parameter in objective.named_parameters() if not parameter.equal(before[name])}
    return moved, set(updated_names(objective, optimiser))


@pytest.mark.parametrize("family", FAMILIES)
def test_frozen_layers_and_embeddings_stay_in_every_family(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable(objective, freeze_layers=1)
    moved, said = stepped(objective, masked)
    assert moved
    assert moved <= said
    assert not {name for name in said if "embeddings" in name or ".relative_attention_bias" in name}
    assert not {name for name in said if ".0." in name}
    assert {name for name in moved if ".1." in name}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_warm_up_moves_the_head_alone(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable(objective, head_only=True)
    moved, said = stepped(objective, masked)
    head = {id(parameter) for parameter in masked.head_parameters()}
    assert moved
    assert {id(p) for name, p in objective.named_parameters() if name in said} <= head
    set_trainable(objective)
    assert all(parameter.requires_grad for parameter in objective.parameters())


def test_an_unused_head_is_neither_updated_nor_counted(masked):
    objective = build(DeclutrConfig(mlm_weight=0, longest=20, shortest=4), masked, setting_of(masked))
    set_trainable(objective)
    _, said = stepped(objective, masked)
    head = {id(parameter) for parameter in masked.head_parameters()}
    assert not {name for name, p in objective.named_parameters() if id(p) in head} & said
    assert parameter_count(objective) == sum(p.numel() for p in masked.encoder.parameters())


def test_more_layers_than_there_are_is_told(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    with pytest.raises(WardspaceError, match="this encoder has 2"):
        set_trainable(objective, freeze_layers=3)


def test_biases_and_norms_do_not_decay(masked):
    objective = build(DeclutrConfig(learn_temperature=True), masked, setting_of(masked))
    set_trainable(objective)
    decayed, spared = adamw(objective, 1e-3, 0.1).param_groups
    assert (decayed["weight_decay"], spared["weight_decay"]) == (0.1, 0.0)
    names = {id(p): name for name, p in objective.named_parameters()}
    assert all(p.dim() >= 2 for p in decayed["params"])
    assert {n.rsplit(".", 1)[-1] for n in (names[id(p)] for p in spared["params"])} == {
        "bias",
        "weight",
        "log_temperature",
    }
    assert all("norm" in names[id(p)].lower() for p in spared["params"] if names[id(p)].endswith("weight"))
