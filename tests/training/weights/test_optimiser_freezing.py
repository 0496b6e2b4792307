from __future__ import annotations

import pytest
import torch

from tests.fixtures.models import CAUSAL, FAMILIES
from tests.fixtures.objectives import setting_of, tiny_masked
from tests.training.losses import loss_of
from wardspace.config import DeclutrConfig, LoraConfig, MlmConfig
from wardspace.core.errors import WardspaceError
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.objectives import build
from wardspace.training.weights.lora import low_rank
from wardspace.training.weights.optimiser import adamw, parameter_count, set_trainable, updated_names


def stepped(objective):
    """Names of the parameters that one update has changed, and those the optimiser says it has updated."""
    before = {name: parameter.detach().clone() for name, parameter in objective.named_parameters()}
    optimiser = adamw([objective], 1e-2, 0.01)
    loss_of(objective).backward()
    optimiser.step()
    moved = {name for name, parameter in objective.named_parameters() if not parameter.equal(before[name])}
    return moved, set(updated_names(objective, optimiser))


@pytest.mark.parametrize("family", [*FAMILIES, CAUSAL])
def test_frozen_layers_and_embeddings_stay_in_every_family(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([objective], freeze_layers=1)
    moved, said = stepped(objective)
    assert moved
    assert moved <= said
    assert not {name for name in said if "embed" in name or ".relative_attention_bias" in name}
    assert not {name for name in said if ".0." in name}
    assert {name for name in moved if ".1." in name}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_warm_up_moves_the_head_alone(family, tmp_path):
    masked = tiny_masked(tmp_path, family)
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([objective], head_only=True)
    moved, said = stepped(objective)
    head = {id(parameter) for parameter in masked.head_parameters()}
    assert moved
    assert {id(p) for name, p in objective.named_parameters() if name in said} <= head
    set_trainable([objective])
    assert all(parameter.requires_grad for parameter in objective.parameters())


def test_an_unused_head_is_neither_updated_nor_counted(masked):
    objective = build(DeclutrConfig(mlm_weight=0, longest=20, shortest=4), masked, setting_of(masked))
    set_trainable([objective])
    _, said = stepped(objective)
    head = {id(parameter) for parameter in masked.head_parameters()}
    assert not {name for name, p in objective.named_parameters() if id(p) in head} & said
    assert parameter_count(objective) == sum(p.numel() for p in masked.encoder.parameters())


def test_more_layers_than_there_are_is_told(masked):
    objective = build(MlmConfig(), masked, setting_of(masked))
    with pytest.raises(WardspaceError, match="this encoder has 2"):
        set_trainable([objective], freeze_layers=3)


@pytest.mark.parametrize("learned", [False, True])
def test_nothing_left_to_train_is_told(masked, learned):
    """Without a head, an encoder whose layers are all kept has nothing to learn, and a temperature none to teach."""
    options = {"mlm_weight": 0, "learn_temperature": learned, "longest": 20, "shortest": 4}
    objective = build(DeclutrConfig(**options), masked, setting_of(masked))
    with pytest.raises(WardspaceError, match="nothing left to train"):
        set_trainable([objective], freeze_layers=2)


class Watch:
    """What frozen modules keep for a backward pass, and which of them a backward pass visits."""

    def __init__(self, modules):
        self.depth = self.saved = self.micro_batches = 0
        self.with_gradients = []
        self.visited = []
        for module in modules:
            for part in module.modules():
                part.register_full_backward_hook(lambda part, *_: self.visited.append(part))
            module.register_forward_pre_hook(self._enter)
            module.register_forward_hook(self._leave)

    def _enter(self, *_):
        self.depth += 1

    def _leave(self, module, _, output):
        self.depth -= 1
        self.micro_batches += 1
        first = output[0] if isinstance(output, tuple) else output
        if first.requires_grad:
            self.with_gradients.append(module)

    def backward(self, objective):
        """One forward and backward under watch."""

        def pack(tensor):
            self.saved += self.depth > 0
            return tensor

        objective.train()
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), fast_cpu_training(objective):
            loss_of(objective).backward()


def lowest(masked):
    """Embeddings, what layers share, and layer 0, by their names in the five families."""
    names = ("embeddings", "encoder.layer.0", "transformer.layer.0", "layers.0", "encoder.relative_attention_bias")
    return [module for name, module in masked.encoder.named_modules() if name in names]


def with_dropout(masked):
    masked.encoder.config.attention_dropout = 0.2
    for part in masked.modules():
        if isinstance(part, torch.nn.Dropout):
            part.p = 0.2
    return masked


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("lora", [None, LoraConfig(rank=4, dropout=0.2)], ids=["weights", "lora"])
def test_frozen_layers_cost_no_backward_pass(family, lora, tmp_path):
    masked = with_dropout(tiny_masked(tmp_path, family))
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([objective], freeze_layers=1)
    with low_rank([objective.model.encoder], lora, 1):
        watch = Watch(lowest(masked))
        watch.backward(objective)
    assert watch.micro_batches
    assert (watch.saved, watch.visited, watch.with_gradients) == (0, [], [])


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")  # embeddings have no inputs that learn
@pytest.mark.parametrize("family", FAMILIES)
def test_the_watch_sees_what_layers_that_learn_cost(family, tmp_path):
    masked = with_dropout(tiny_masked(tmp_path, family))
    objective = build(MlmConfig(), masked, setting_of(masked))
    set_trainable([objective])
    watch = Watch(lowest(masked))
    watch.backward(objective)
    assert watch.saved > 10
    assert len(watch.visited) > 5
    assert watch.with_gradients
