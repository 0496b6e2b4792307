from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.fixtures.objectives import random_examples, sequences_of, setting_of
from wardspace.config import CategoryConfig, DeclutrConfig, MlmConfig
from wardspace.objectives import Reading, build
from wardspace.training.data.plan import Planner
from wardspace.training.data.source import FixedSource
from wardspace.training.data.updates import UpdatePlan, Updates, loader, readings


def planned(masked, config=None, count=12):
    objective = build(config or DeclutrConfig(longest=16, shortest=4), masked, setting_of(masked))
    examples = random_examples(masked, [40 + i for i in range(count)])
    return (
        objective,
        examples,
        Planner(objective, FixedSource(examples), seed=1, batch_tokens=300).training(range(count), 2000),
    )


def updates(objective, examples, plan, rank=0, processes=1):
    return Updates([(objective, FixedSource(examples))], UpdatePlan.of([plan]), rank, processes)


def test_batches_come_as_planned_and_draw_on_no_global_random_state(masked):
    objective, examples, plan = planned(masked)
    state = torch.get_rng_state()
    batches = [update.batches[0] for update in loader(updates(objective, examples, plan))]
    assert torch.equal(torch.get_rng_state(), state)
    assert len(batches) == len(plan)
    for batch, tokens in zip(batches, plan.tokens, strict=True):
        assert batch.tokens == sum(len(one.ids) for one in batch.micro_batches) == tokens
        padded = sum(one.layout.padded for one in batch.micro_batches)
        assert sum(masked.positions_read(one.layout) for one in batch.micro_batches) == tokens <= padded


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
def test_processes_share_every_batch_without_rest(masked, processes):
    objective, examples, plan = planned(masked, MlmConfig())
    shares = [updates(objective, examples, plan, rank, processes) for rank in range(processes)]
    assert [len(share) for share in shares] == [len(plan)] * processes
    for index in range(len(plan)):
        parts = [share.readings(0, index) for share in shares]
        read = sorted((each.unit.id, each.epoch, each.piece) for part in parts for each in part)
        assert read == sorted((examples[unit].id, epoch, piece) for unit, epoch, piece in plan.batch(index))
        sizes = [len(part) for part in parts]
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("config", [MlmConfig(), DeclutrConfig(longest=16, shortest=4), CategoryConfig(loss="supcon")])
def test_a_process_without_a_reading_gets_an_empty_batch(masked, config):
    objective = build(config, masked, setting_of(masked, categories={"kind": ["a", "b"]}))
    batch = objective.collate([])
    assert (batch.micro_batches, batch.tokens, len(batch.labels)) == ([], 0, 0)
    assert set(batch.counts.values()) == {0}


def test_workers_change_nothing(masked):
    objective, examples, plan = planned(masked)
    alone, helped = (list(loader(updates(objective, examples, plan), workers=n)) for n in (0, 2))
    for one, other in ((a.batches[0], b.batches[0]) for a, b in zip(alone, helped, strict=True)):
        assert [sequences_of(p) for p in one.micro_batches] == [sequences_of(p) for p in other.micro_batches]
        assert all(
            torch.equal(a.targets["positions"], b.targets["positions"])
            for a, b in zip(one.micro_batches, other.micro_batches, strict=True)
        )


def test_readings_are_found_by_place(masked):
    examples = random_examples(masked, [5, 6])
    assert readings(FixedSource(examples), [(1, 4, 2)]) == [Reading(examples[1], 4, 2)]


def test_parts_keep_their_shares_from_the_first_update_to_the_last(masked):
    """Every update reads the part with most batches; of the others each in its proportion, every batch once."""
    _, _, plan = planned(masked, MlmConfig(), count=40)
    few, _ = plan.cut(float(plan.tokens.sum()) * 0.3)
    joint = UpdatePlan.of([plan, few])
    assert len(joint) == len(plan)
    assert joint.reads[:, 0].tolist() == list(range(len(plan)))
    second = joint.reads[:, 1]
    assert second[second >= 0].tolist() == list(range(len(few)))
    assert joint.tokens.sum() == plan.tokens.sum() + few.tokens.sum()
    read = np.cumsum(second >= 0)
    expected = np.arange(1, len(joint) + 1) * len(few) / len(joint)
    assert np.abs(read - expected).max() <= 1
