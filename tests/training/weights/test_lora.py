from __future__ import annotations

import warnings

import pytest
import torch
from transformers import AutoModelForMaskedLM

from tests.fixtures.models import FAMILIES
from tests.fixtures.objectives import setting_of, tiny_masked
from tests.training.losses import loss_of
from wardspace.config import CategoryConfig, DeclutrConfig, LoraConfig, MlmConfig
from wardspace.core.errors import WardspaceError
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.objectives import build
from wardspace.training.checkpoints import load_weights, save_weights
from wardspace.training.weights.lora import low_rank
from wardspace.training.weights.optimiser import adamw, parameter_count, set_trainable, updated_names

LORA = LoraConfig(rank=4, alpha=6)
BERT = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
FEED = ("intermediate.dense", "output.dense")
MAPS = {
    "bert": ("encoder.layer", (*BERT, *FEED)),
    "roberta": ("encoder.layer", (*BERT, *FEED)),
    "distilbert": (
        "transformer.layer",
        (*(f"attention.{part}_lin" for part in ("q", "k", "v", "out")), "ffn.lin1", "ffn.lin2"),
    ),
    "modernbert": ("layers", ("attn.Wqkv", "attn.Wo", "mlp.Wi", "mlp.Wo")),
    "mpnet": ("encoder.layer", (*(f"attention.attn.{part}" for part in "qkvo"), *FEED)),
}
"""Attention and feed-forward maps of a layer by their names in each family."""


def made(folder, family="bert", config=None):
    masked = tiny_masked(folder, family)
    objective = build(config or MlmConfig(), masked, setting_of(masked))
    set_trainable([objective])
    return objective


def hidden(objective):
    """Token vectors and word scores of a few random tokens, without dropout."""
    objective.eval()
    ids = torch.randint(5, 290, (3, 20), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        rows = objective.model.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        return torch.cat([rows.flatten(), objective.model.logits(rows[0]).flatten()])


def trained(objective, steps=2, first=0):
    """Train, and return the names that were updated."""
    optimiser = adamw([objective], 1e-2, 0.01)
    objective.train()
    torch.manual_seed(first)
    for step in range(steps):
        loss_of(objective, first + step).backward()
        optimiser.step()
        optimiser.zero_grad()
    return set(updated_names(objective, optimiser))


def weights(objective):
    return {name: value.clone() for name, value in objective.state_dict().items()}


def firsts(objective):
    """Every A by its name."""
    return {name: p.detach().clone() for name, p in objective.named_parameters() if "lora_A" in name}


def maps(family, layers=(0, 1)):
    stack, names = MAPS[family]
    return {f"{stack}.{layer}.{name}" for layer in layers for name in names}


def added(objective):
    encoder = objective.model.encoder
    return {name.partition(".lora_A.")[0] for name, _ in encoder.named_parameters() if ".lora_A." in name}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_map_of_the_layers_gets_an_addition_and_nothing_else_of_the_encoder_learns(family, tmp_path):
    objective = made(tmp_path, family)
    masked = objective.model
    head = {id(p) for p in masked.head_parameters()}
    before = hidden(objective)
    with low_rank([objective.model.encoder], LORA, 1):
        assert added(objective) == maps(family)
        torch.testing.assert_close(hidden(objective), before, rtol=0, atol=0)
        learning = {name: p for name, p in objective.named_parameters() if p.requires_grad}
        assert {id(p) for name, p in learning.items() if "lora_" not in name} == head
        assert not masked.model.get_output_embeddings().weight.requires_grad
        assert trained(objective) == set(learning)
    assert all(p.requires_grad for p in objective.parameters())


@pytest.mark.parametrize("family", FAMILIES)
def test_the_merged_model_is_an_ordinary_one_that_computes_the_same(family, tmp_path):
    objective = made(tmp_path / "base", family)
    names, config = list(objective.state_dict()), objective.model.model.config.to_dict()
    size, kinds = parameter_count(objective), [type(part) for part in objective.modules()]
    with low_rank([objective.model.encoder], LORA, 1):
        start = weights(objective)
        trained(objective)
        adapted, inside = hidden(objective), weights(objective)
    after = objective.state_dict()
    assert list(after) == names
    assert objective.model.model.config.to_dict() == config
    assert [type(part) for part in objective.modules()] == kinds
    assert parameter_count(objective) == size
    assert not [part for part in objective.modules() if hasattr(part, "peft_config")]
    torch.testing.assert_close(hidden(objective), adapted, rtol=1e-6, atol=1e-6 * float(adapted.abs().max()))
    for name in maps(family):
        place = next(n for n in inside if n.endswith(f"{name}.lora_A.default.weight")).partition(".lora_A.")[0]
        a, b = (inside[f"{place}.lora_{part}.default.weight"].double() for part in "AB")
        expected = start[f"{place}.base_layer.weight"].double() + 6 / 4 * b @ a
        torch.testing.assert_close(after[f"{place}.weight"].double(), expected, rtol=1e-6, atol=1e-7)
        assert b.any()
    objective.model.save(tmp_path / "saved")
    assert "peft" not in (tmp_path / "saved" / "config.json").read_text()
    plain, report = AutoModelForMaskedLM.from_pretrained(tmp_path / "saved", output_loading_info=True)
    assert not any(report.values())
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(value, objective.model.model.state_dict()[name], rtol=0, atol=0)


def test_phases_follow_each_other_each_with_additions_of_its_own(tmp_path):
    objective = made(tmp_path)
    seen = []
    for seed in (1, 2, 1):
        set_trainable([objective])
        before = weights(objective)
        with low_rank([objective.model.encoder], LORA, seed):
            seen.append(firsts(objective))
            trained(objective)
            adapted = hidden(objective)
        torch.testing.assert_close(hidden(objective), adapted, rtol=1e-6, atol=1e-5)
        changed = {name for name, value in objective.state_dict().items() if not value.equal(before[name])}
        assert all(any(f"{name}.weight" in n for n in changed) for name in maps("bert"))
        assert not [name for name in changed if "embeddings" in name or name.endswith("decoder.weight")]
    for name, value in seen[0].items():
        assert value.equal(seen[2][name])
        assert not value.equal(seen[1][name])


def test_the_start_is_a_function_of_seed_and_name_alone(tmp_path):
    """Kaiming's bound for A, zeros for B; the global random state stays, and frozen layers change no other start."""
    objective = made(tmp_path)
    torch.manual_seed(3)
    state = torch.get_rng_state()
    with low_rank([objective.model.encoder], LORA, 1):
        assert torch.get_rng_state().equal(state)
        start = firsts(objective)
        assert not any(p.any() for name, p in objective.named_parameters() if "lora_B" in name)
    values = list(start.values())
    for value in values:
        assert float(value.abs().max()) <= value.shape[1] ** -0.5
        assert float(value.std()) == pytest.approx((3 * value.shape[1]) ** -0.5, rel=0.2)
    assert not any(one.equal(other) for i, one in enumerate(values) for other in values[:i])
    set_trainable([objective], freeze_layers=1)
    torch.manual_seed(4)
    with low_rank([objective.model.encoder], LORA, 1):
        again = firsts(objective)
    assert again
    assert all(value.equal(start[name]) for name, value in again.items())


@pytest.mark.parametrize("family", FAMILIES)
def test_frozen_layers_get_no_additions(family, tmp_path):
    objective = made(tmp_path, family)
    set_trainable([objective], freeze_layers=1)
    before = weights(objective)
    with low_rank([objective.model.encoder], LORA, 1):
        assert added(objective) == maps(family, layers=[1])
        trained(objective)
    changed = {name for name, value in objective.state_dict().items() if not value.equal(before[name])}
    assert changed
    assert not [name for name in changed if ".0." in name or "embeddings" in name]
    frozen = [name for name, p in objective.named_parameters() if not p.requires_grad]
    assert frozen
    assert all(".1." not in name for name in frozen)


def test_all_layers_frozen_is_told(tmp_path):
    objective = made(tmp_path)
    set_trainable([objective], freeze_layers=2)
    with pytest.raises(WardspaceError, match="no layer to add to"), low_rank([objective.model.encoder], LORA, 1):
        pass


def test_heads_learn_with_the_additions_and_an_unused_one_does_not(tmp_path):
    masked = tiny_masked(tmp_path)
    setting = setting_of(masked, categories={"kind": ["a", "b", "c"]})
    category = build(CategoryConfig(columns=["kind"], mlm_weight=0), masked, setting)
    set_trainable([category])
    with low_rank([category.model.encoder], LORA, 1):
        learning = {name for name, p in category.named_parameters() if p.requires_grad}
        assert {name for name in learning if "lora_" not in name} == {"heads.0.weight", "heads.0.bias"}
    options = {"mlm_weight": 0, "learn_temperature": True, "longest": 20, "shortest": 4}
    declutr = build(DeclutrConfig(**options), masked, setting)
    set_trainable([declutr])
    with low_rank([declutr.model.encoder], LORA, 1):
        updated = trained(declutr)
        assert {name for name in updated if "lora_" not in name} == {"contrast.log_temperature"}
        assert len(updated) == 1 + 2 * len(maps("bert"))


@pytest.mark.parametrize("family", ["bert", "modernbert"])
def test_a_checkpoint_from_the_middle_goes_on_to_the_same_end(family, tmp_path):
    straight = made(tmp_path / "a", family)
    with low_rank([straight.model.encoder], LORA, 1):
        trained(straight)
        save_weights(straight, tmp_path / "checkpoint")
        trained(straight, first=2)
    resumed = made(tmp_path / "b", family)
    with low_rank([resumed.model.encoder], LORA, 1):
        load_weights(resumed, tmp_path / "checkpoint")
        trained(resumed, first=2)
    for name, value in straight.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, rtol=0, atol=0)


def test_quick_dropout_and_autocast_work_on_the_additions_too(tmp_path):
    objective = made(tmp_path)
    lora = LORA.model_copy(update={"dropout": 0.5})
    with low_rank([objective.model.encoder], lora, 1):
        with fast_cpu_training(objective), torch.autocast("cpu", dtype=torch.bfloat16):
            kinds = {type(p).__name__ for name, p in objective.named_modules() if name.endswith("lora_dropout.default")}
            trained(objective)
        assert kinds == {"QuickDropout"}
        assert {p.dtype for p in objective.parameters()} == {torch.float32}
        adapted = hidden(objective)
        objective.train()
        ids = torch.full((2, 9), 7)
        one, other = (objective.model.encoder(input_ids=ids).last_hidden_state for _ in range(2))
        assert not one.equal(other)
    torch.testing.assert_close(hidden(objective), adapted, rtol=1e-6, atol=1e-5)


def test_bf16_follows_fp32(tmp_path):
    objective = made(tmp_path)
    with low_rank([objective.model.encoder], LORA, 1):
        trained(objective)
        objective.eval()
        exact = loss_of(objective)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rough = loss_of(objective)
        assert not rough.equal(exact)
        torch.testing.assert_close(rough, exact, rtol=0.03, atol=0)


def test_without_lora_nothing_changes(tmp_path):
    objective = made(tmp_path)
    with low_rank([objective.model.encoder], None, 1):
        assert not added(objective)
        assert all(p.requires_grad for p in objective.parameters())


def test_an_error_inside_leaves_plain_modules(tmp_path):
    objective = made(tmp_path)
    names = list(objective.state_dict())
    with pytest.raises(KeyboardInterrupt), low_rank([objective.model.encoder], LORA, 1):
        raise KeyboardInterrupt
    assert list(objective.state_dict()) == names


def test_nothing_is_warned_of(tmp_path):
    objective = made(tmp_path)
    with warnings.catch_warnings(record=True) as told, low_rank([objective.model.encoder], LORA, 1):
        warnings.simplefilter("always")
        hidden(objective)
    assert not told
