from __future__ import annotations

import pytest
from transformers import get_linear_schedule_with_warmup

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import setting_of, tiny_masked
from tests.training.losses import loss_of
from wardspace.config import DeclutrConfig, MlmConfig
from wardspace.objectives import build
from wardspace.training.weights.optimiser import adamw, set_trainable

RATE = 1e-3
EMBEDDED = ("embeddings", "relative_attention_bias")


def rates(objective, optimiser):
    """Learning rate of each parameter by its name."""
    by_id = {id(p): group["lr"] for group in optimiser.param_groups for p in group["params"]}
    return {name: by_id[id(p)] for name, p in objective.named_parameters() if id(p) in by_id}


def steps_below_the_top(name):
    """Read off the name alone: the tiny models have the layers 0 and 1."""
    if any(part in name for part in EMBEDDED):
        return 2
    return 1 if ".0." in name else 0


@pytest.fixture(params=FAMILIES)
def objective(request, tmp_path):
    masked = tiny_masked(tmp_path, request.param)
    built = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([built])
    return built


def test_biases_and_norms_do_not_decay(masked):
    objective = build(DeclutrConfig(learn_temperature=True), masked, setting_of(masked))
    set_trainable([objective])
    decayed, spared, compared = adamw([objective], RATE, 0.1).param_groups
    assert [group["weight_decay"] for group in (decayed, spared, compared)] == [0.1, 0.0, 0.0]
    names = {id(p): name for name, p in objective.named_parameters()}
    assert [names[id(p)] for p in compared["params"]] == ["contrast.log_temperature"]
    assert all(p.dim() >= 2 for p in decayed["params"])
    assert {names[id(p)].rsplit(".", 1)[-1] for p in spared["params"]} == {"bias", "weight"}
    assert all("norm" in names[id(p)].lower() for p in spared["params"] if names[id(p)].endswith("weight"))


def test_each_layer_learns_at_its_share_of_the_rate_above(objective):
    optimiser = adamw([objective], RATE, 0.1, layer_decay=0.5)
    found = rates(objective, optimiser)
    assert set(found) == {name for name, _ in objective.named_parameters()}
    for name, rate in found.items():
        assert rate == pytest.approx(RATE * 0.5 ** steps_below_the_top(name)), name
    assert {steps_below_the_top(name) for name in found} == {0, 1, 2}
    assert all(group["fused"] for group in optimiser.param_groups)
    decays = {p.dim() >= 2: group["weight_decay"] for group in optimiser.param_groups for p in group["params"]}
    assert decays == {True: 0.1, False: 0.0}


def test_the_matrix_that_scores_words_is_an_embedding(objective):
    """Tied weights are in one group, and once."""
    model = objective.model.model
    word_weights = model.get_input_embeddings().weight
    assert model.get_output_embeddings().weight is word_weights
    groups = [g for g in adamw([objective], RATE, 0.1, 0.5).param_groups if any(p is word_weights for p in g["params"])]
    assert [group["lr"] for group in groups] == [pytest.approx(RATE / 4)]


def test_an_even_rate_makes_the_two_groups_of_before(objective):
    learning = [p for p in objective.parameters() if p.requires_grad]
    expected = [[p for p in learning if p.dim() >= 2], [p for p in learning if p.dim() < 2]]
    groups = adamw([objective], RATE, 0.1).param_groups
    assert [[id(p) for p in group["params"]] for group in groups] == [[id(p) for p in ps] for ps in expected]
    assert [(group["lr"], group["weight_decay"]) for group in groups] == [(RATE, 0.1), (RATE, 0.0)]


def test_frozen_layers_are_in_no_group_and_distances_stay(objective):
    set_trainable([objective], freeze_layers=1)
    found = rates(objective, adamw([objective], RATE, 0.1, 0.5))
    assert {steps_below_the_top(name) for name in found} == {0}
    assert set(found.values()) == {RATE}


def test_a_schedule_multiplies_every_rate_alike(objective):
    optimiser = adamw([objective], RATE, 0.0, layer_decay=0.5)
    schedule = get_linear_schedule_with_warmup(optimiser, num_warmup_steps=2, num_training_steps=6)
    seen = []
    for _ in range(6):
        seen.append({group["lr"] for group in optimiser.param_groups})
        assert schedule.get_last_lr()[0] == max(seen[-1])  # the one that the Trainer logs
        optimiser.step()
        schedule.step()
    for found, factor in zip(seen, [0, 0.5, 1, 0.75, 0.5, 0.25], strict=True):
        assert sorted(found, reverse=True) == pytest.approx(sorted({RATE * factor * n for n in (1, 0.5, 0.25)})[::-1])


def test_the_first_step_moves_each_layer_by_its_rate(masked):
    """Adam's first step moves a weight by the learning rate, whatever the size of its gradient."""
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([objective])
    before = {name: p.detach().clone() for name, p in objective.named_parameters()}
    optimiser = adamw([objective], RATE, 0.0, layer_decay=0.5)
    loss_of(objective).backward()
    optimiser.step()
    for name, p in objective.named_parameters():
        if name.endswith("attention.self.query.weight"):
            moved = float((p.detach() - before[name]).abs().median())
            assert moved == pytest.approx(RATE * 0.5 ** steps_below_the_top(name), rel=1e-2)
