from __future__ import annotations

import torch

from tests.fixtures.objectives import random_examples, setting_of
from wardspace.config import DeclutrConfig
from wardspace.objectives import build
from wardspace.training.batches import loader, positions
from wardspace.training.plan import Planner


def test_batches_come_as_planned_and_draw_on_no_global_random_state(masked):
    objective = build(DeclutrConfig(longest=16, shortest=4), masked, setting_of(masked))
    examples = random_examples(masked, [40 + i for i in range(12)])
    plan = Planner(objective, examples, seed=1, batch_tokens=300).training(range(12), 2000)
    state = torch.get_rng_state()
    batches = list(loader(objective, examples, plan, pin=False))
    assert torch.equal(torch.get_rng_state(), state)
    assert len(batches) == len(plan)
    for batch, tokens in zip(batches, plan.tokens, strict=True):
        chunks = [*batch["anchors"], *batch["positives"]]
        assert sum(int(chunk["attention_mask"].sum()) for chunk in chunks) == tokens
        assert positions(batch) == sum(chunk["attention_mask"].numel() for chunk in chunks)
