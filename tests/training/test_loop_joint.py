"""Several parts that train one model together."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.joint_run import SHARES, TRAINING, Balance, joint, parts_of
from wardspace.config import TrainingConfig
from wardspace.training import EarlyStop, TrainingOptions, WeightedSum, train
from wardspace.training.data.updates import readings
from wardspace.training.faults import LossGuard
from wardspace.training.loop import PhaseTrainer
from wardspace.training.train import phase_of

ROOT = Path(__file__).parents[2]


def test_shares_are_those_of_the_tokens(base, tmp_path):
    model, parts = parts_of(base)
    options = TrainingOptions("both", TrainingConfig(**TRAINING), tokens=12_000)
    plan = phase_of({"shared": model}, parts, options, tmp_path).plan
    read = [int(part.tokens.sum()) for part in plan.plans]
    batch = TRAINING["batch_tokens"]
    assert abs(sum(read) - 12_000) < 2 * batch
    assert read[0] / sum(read) == pytest.approx(SHARES[0], abs=0.03)
    for half in np.split(plan.reads, [len(plan) // 2]):
        tokens = [sum(part.tokens[half[:, i][half[:, i] >= 0]]) for i, part in enumerate(plan.plans)]
        assert tokens[0] / sum(tokens) == pytest.approx(SHARES[0], abs=0.06)


def test_the_plan_depends_on_the_seed_alone(base, tmp_path):
    plans = []
    for seed in (1, 1, 2):
        model, parts = parts_of(base)
        options = TrainingOptions("both", TrainingConfig(**TRAINING, seed=seed), tokens=3000)
        plans.append(phase_of({"shared": model}, parts, options, tmp_path).plan)
    assert all(np.array_equal(a.readings, b.readings) for a, b in zip(plans[0].plans, plans[1].plans, strict=True))
    assert not np.array_equal(plans[0].plans[0].readings, plans[2].plans[0].readings)


class Apart(WeightedSum):
    """Adds up gradients that were kept apart."""

    sees_gradients = True

    def combine(self, gradients):
        there = [[one for one in slopes if one is not None] for slopes in zip(*gradients.values(), strict=True)]
        return [sum(slopes[1:], slopes[0]) if slopes else None for slopes in there]


def first_gradients(monkeypatch, base, folder, combine, weights):
    """What the first update of a joint training puts into the parameters, and by autograd alone."""
    model, parts = parts_of(base)
    training = TrainingConfig(**TRAINING | {"dropout": 0.0, "evaluations": 1, "clip": 1e9})
    options = TrainingOptions("both", training, tokens=3000)
    phase = phase_of({"shared": model}, parts, options, folder)
    for part in parts:
        part.objective.eval()
    batches = {}
    for place, part in enumerate(phase.parts):
        read = phase.plan.reads[0, place]
        if read >= 0:
            rows = phase.plan.plans[place].batch(read)
            batches[place] = part.objective.collate(readings(part.source, rows))
    loss = sum(weights[place] * parts[place].objective(batch).loss for place, batch in batches.items())
    module = torch.nn.ModuleList([part.objective for part in parts])
    loss.backward()
    expected = {name: p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}
    module.zero_grad()
    seen = {}

    def watched(self, *given):
        if not seen:
            named = self.weights.module.named_parameters()
            seen.update({name: p.grad.clone() for name, p in named if p.grad is not None})
        return torch.tensor(0.0)

    monkeypatch.setattr(PhaseTrainer, "_clip_grad_norm", watched)
    train({"shared": model}, parts, options, folder, combine=combine, show_progress=False)
    return seen, expected, batches


@pytest.mark.parametrize("combine", [WeightedSum, Apart])
@pytest.mark.parametrize("weights", [(1.0, 1.0), (2.0, 0.5)])
def test_the_gradient_is_the_weighted_sum_of_the_parts(monkeypatch, base, tmp_path, combine, weights):
    """Added up as each part is differentiated, or kept apart and combined: that of one graph over both."""
    seen, expected, batches = first_gradients(monkeypatch, base, tmp_path, combine(weights), weights)
    assert set(batches) == {0, 1}
    unused = set(expected) ^ set(seen)
    assert all(float(expected.get(name, seen.get(name)).abs().max()) == 0 for name in unused), unused
    for name in set(expected) & set(seen):
        torch.testing.assert_close(seen[name], expected[name], rtol=1e-4, atol=1e-6, msg=name)


def test_both_parts_learn_and_are_logged_by_their_places(base, tmp_path):
    before, _ = parts_of(base)
    model, record = joint(base, tmp_path)
    first, last = record.losses[0], min(record.losses[1:], key=lambda point: point.loss)
    assert last.parts["0.mlm"] < first.parts["0.mlm"]
    assert last.parts["1.loss"] < first.parts["1.loss"]
    assert last.loss < first.loss
    assert not torch.equal(next(model.encoder.parameters()), next(before.encoder.parameters()))


def test_killed_and_resumed_it_ends_with_the_same_bits(base, tmp_path):
    """SIGKILL after a checkpoint; the combiner's memory is part of it."""
    straight, told = joint(base, tmp_path / "straight", Balance())
    steps = told.history[-1]["step"] - 1
    command = [sys.executable, "-m", "tests.training.joint_run", str(base), str(tmp_path / "killed"), str(steps)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads()), "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False, timeout=300)
    assert done.returncode == -9, done.stderr[-2000:]
    assert list((tmp_path / "killed").glob("checkpoint-*/progress.json"))
    resumed, again = joint(base, tmp_path / "killed", Balance())
    one, other = straight.state_dict(), resumed.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert told.losses == again.losses


def test_a_penalty_is_a_function_of_the_models(base, tmp_path):
    """A strong pull towards the starting weights keeps them there."""
    moved = []
    for strength in (0.0, 1e4):
        model, parts = parts_of(base)
        start = {name: p.detach().clone() for name, p in model.encoder.named_parameters()}

        def pull(models, strength=strength, start=start):
            named = models["shared"].encoder.named_parameters()
            return strength * sum((p - start[name]).square().sum() for name, p in named)

        options = TrainingOptions("one", TrainingConfig(**TRAINING | {"learning_rate": 1e-4}), tokens=3000)
        train({"shared": model}, parts[:1], options, tmp_path / str(strength), penalties=[pull], show_progress=False)
        moved.append(
            sum(float((p.detach() - start[name]).square().sum()) for name, p in model.encoder.named_parameters())
        )
    assert moved[1] < 0.5 * moved[0]


def test_a_part_stops_when_validation_gains_no_more(monkeypatch, base, tmp_path):
    """With a learning rate that does harm the second part is read no more, and at last the run ends early."""
    model, parts = parts_of(base)
    stopping = [replace(part, stop=EarlyStop(2)) for part in parts]
    training = TrainingConfig(**TRAINING | {"learning_rate": 3.0, "evaluations": 12})
    options = TrainingOptions("both", training, tokens=9000)
    steps = []
    note = LossGuard.note
    monkeypatch.setattr(LossGuard, "note", lambda self, loss, step: steps.append(step) or note(self, loss, step))
    record = train({"shared": model}, stopping, options, tmp_path, show_progress=False)
    phase = phase_of({"shared": model}, parts, options, tmp_path)
    assert len(steps) < len(phase.plan)
    assert record.tokens < phase.plan.tokens.sum()


def test_a_part_of_another_model_is_refused(base, tmp_path):
    _, parts = parts_of(base)
    options = TrainingOptions("both", TrainingConfig(**TRAINING), tokens=3000)
    for models in ({}, {"shared": parts_of(base)[0]}):
        with pytest.raises(ValueError, match="shared"):
            train(models, parts, options, tmp_path)
