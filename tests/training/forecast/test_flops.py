"""Operations against what one counts by hand."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch
from torch.nn import functional

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import MlmConfig
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.objectives import Reading, build
from wardspace.training.forecast.energy import operations
from wardspace.training.weights.gradients import Gradients
from wardspace.training.weights.processes import Processes

NOTES, LENGTH = 5, 40


@pytest.mark.parametrize("dropout", [True, False])
def test_a_step_of_a_tiny_bert_is_what_the_formula_says(masked, dropout):
    """6 N T for the weights of the layers, the head at hidden words alone, and attention by the squares of lengths."""
    objective = build(MlmConfig(), masked, setting_of(masked)).train(dropout)
    batch = objective.collate([Reading(one, 0) for one in random_examples(masked, [LENGTH - 2] * NOTES)])
    config = masked.encoder.config
    h, layers, inner, words = config.hidden_size, config.num_hidden_layers, config.intermediate_size, config.vocab_size
    weights = layers * (4 * h * h + 2 * h * inner)
    head = 6 * batch.counts["mlm"] * (h * h + h * words)
    # two products forward and four backward; torch's own attention works the scores out a second time
    attention = layers * NOTES * LENGTH**2 * h * 2 * (6 if dropout else 7)
    adding = Gradients(objective, nullcontext, torch.Tensor.backward, Processes())
    with fast_cpu_training(objective):
        found = operations(lambda: adding.add(batch))
    objective.zero_grad()
    masked.eval()
    assert found == 6 * weights * NOTES * LENGTH + head + attention


def test_a_frozen_encoder_costs_its_forward_pass_alone(masked):
    objective = build(MlmConfig(), masked, setting_of(masked)).train()
    batch = objective.collate([Reading(one, 0) for one in random_examples(masked, [LENGTH - 2] * NOTES)])
    adding = Gradients(objective, nullcontext, torch.Tensor.backward, Processes())
    with fast_cpu_training(objective):
        whole = operations(lambda: adding.add(batch))
        masked.encoder.requires_grad_(False)
        head_only = operations(lambda: adding.add(batch))
    masked.requires_grad_(True)
    objective.zero_grad()
    masked.eval()
    assert head_only < whole / 2


def test_torchs_attention_on_a_cpu_is_counted():
    query = torch.randn(2, 3, 16, 8, requires_grad=True)
    forward = 4 * 2 * 3 * 16 * 16 * 8
    assert operations(lambda: functional.scaled_dot_product_attention(query, query, query)) == forward
    both = operations(lambda: functional.scaled_dot_product_attention(query, query, query).sum().backward())
    assert both == forward * 7 // 2
