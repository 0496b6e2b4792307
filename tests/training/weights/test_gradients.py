"""The gradient of a batch is the same, however many passes and processes it takes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch

from tests.training.whole_gradient import CONFIGS, ROOMS, gradient, objective_of, readings_of
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.objectives.base import in_batch_order
from wardspace.training.weights.gradients import Gradients
from wardspace.training.weights.processes import Processes

ROOT = Path(__file__).parents[3]


def largest_difference(found, expected):
    assert set(found) == set(expected)
    return max((found[name] - expected[name]).abs().max().item() for name in expected)


def plain(objective, batch):
    """The gradient by autograd alone: all passes in one graph, one backward pass."""
    objective.zero_grad()
    output = objective(batch)
    output.loss.backward()
    found = {name: p.grad.clone() for name, p in objective.named_parameters() if p.grad is not None}
    return found | {f"part {name}": part.detach() for name, part in output.parts.items()}


def cached(objective, batch):
    objective.zero_grad()
    parts = Gradients(objective, nullcontext, torch.Tensor.backward, Processes()).add(batch)
    found = {name: p.grad.clone() for name, p in objective.named_parameters() if p.grad is not None}
    return found | {f"part {name}": part for name, part in parts.items()}


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("name", CONFIGS)
def test_with_dropout_it_is_that_of_one_graph(base, name, room):
    """Joint losses too; the passes of one batch are all read before the first is differentiated."""
    objective = objective_of(base, name, ROOMS[room]).train()
    batch = objective.collate(readings_of(objective))
    assert (len(batch.micro_batches) > 1) == (room == "several passes")
    with fast_cpu_training(objective):
        torch.manual_seed(5)
        expected = plain(objective, batch)
        after = torch.get_rng_state()
        torch.manual_seed(5)
        found = cached(objective, batch)
    assert largest_difference(found, expected) < 1e-8
    assert torch.equal(torch.get_rng_state(), after)
    torch.manual_seed(6)
    other = cached(objective, batch)
    assert largest_difference(other, expected) > 1e-6  # dropout was on


@pytest.mark.parametrize("name", ["declutr", "supcon"])
def test_two_batches_before_one_update_add_up(base, name):
    objective = objective_of(base, name, ROOMS["several passes"]).train()
    readings = readings_of(objective)
    batches = [objective.collate(readings), objective.collate(readings[:4])]
    torch.manual_seed(1)
    adding = Gradients(objective, nullcontext, torch.Tensor.backward, Processes())
    for batch in batches:
        adding.add(batch)
    found = {name: p.grad.clone() for name, p in objective.named_parameters() if p.grad is not None}
    objective.zero_grad()
    torch.manual_seed(1)
    torch.stack([objective(batch).loss for batch in batches]).sum().backward()
    expected = {name: p.grad for name, p in objective.named_parameters() if p.grad is not None}
    assert largest_difference(found, expected) < 1e-8


@pytest.mark.parametrize("name", CONFIGS)
def test_passes_do_not_change_it(base, name):
    """Without dropout one pass and many give the same: losses are divided by the predictions of the whole batch."""
    few, many = (objective_of(base, name, room) for room in ROOMS.values())
    readings = readings_of(few)
    assert largest_difference(gradient(many, readings, Processes()), gradient(few, readings, Processes())) < 1e-10


def test_a_contrast_keeps_no_graph_but_that_of_one_pass(base, monkeypatch):
    """Else the batch would not be independent of memory."""
    objective = objective_of(base, "declutr", ROOMS["several passes"])
    read, graphs = type(objective).read, []

    def watched(self, *args, **kwargs):
        found = read(self, *args, **kwargs)
        graphs.append(found.vectors.requires_grad)
        return found

    monkeypatch.setattr(type(objective), "read", watched)
    events = []
    adding = Gradients(objective, nullcontext, lambda loss: (events.append(len(graphs)), loss.backward()), Processes())
    batch = objective.collate(readings_of(objective))
    adding.add(batch)
    micro_batches = len(batch.micro_batches)
    assert graphs == [False] * micro_batches + [True] * micro_batches
    # the temperature first, then each pass as soon as it is read again
    assert events == [micro_batches, *range(micro_batches + 1, 2 * micro_batches + 1)]


def test_vectors_return_to_the_order_of_the_batch(base):
    objective = objective_of(base, "contrast", ROOMS["several passes"])
    batch = objective.collate(readings_of(objective))
    rows = [one.rows[:, None].double() for one in batch.micro_batches]
    assert in_batch_order(rows, batch).flatten().tolist() == list(range(2 * len(readings_of(objective))))


@pytest.mark.slow
@pytest.mark.processes
def test_two_processes_give_that_of_one(base, tmp_path):
    """Negatives of all processes count, a process may have nothing to read, and nobody's gradient counts twice."""
    target = tmp_path / "found.pt"
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"]
    command += ["-m", "tests.training.whole_gradient", str(base), str(target)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found = torch.load(target)
    for name in CONFIGS:
        for room, how in ROOMS.items():
            objective = objective_of(base, name, how)
            readings = readings_of(objective)
            whole = gradient(objective, readings, Processes())
            assert largest_difference(found[name, room], whole) < 1e-5  # what the base thinks of them is float32
            assert (
                largest_difference(found[name, room, "shared out"], whole) < 1e-5
            )  # what the base thinks of them is float32
            alone = gradient(objective, readings[3:4], Processes())
            assert (
                largest_difference(found[name, room, "one note"], alone) < 1e-5
            )  # what the base thinks of them is float32
            assert (
                largest_difference(found[name, room, "one note, shared out"], alone) < 1e-5
            )  # what the base thinks of them is float32
