"""What goes wrong with the machine is reported in words, with the checkpoint to go on from."""

from __future__ import annotations

import errno
import os
import signal

import pytest
import torch

from tests.fixtures.weights import differing
from wardspace.core.errors import WardspaceError
from wardspace.objectives.self_supervised.mlm import MaskedLanguageModelling
from wardspace.training.checkpoints import last_checkpoint
from wardspace.training.loop import PhaseTrainer
from wardspace.training.weights.gradients import Gradients


def after(steps, act):
    """A stand-in for `Gradients.add` that acts at a step."""
    add, seen = Gradients.add, []

    def acting(self, batch, weight=1.0):
        seen.append(1)
        if len(seen) == steps:
            act()
        return add(self, batch, weight)

    return acting


def told(run, tmp_path, monkeypatch, act, **training):
    """The fault that a run ends with near its end, and that it goes on after it."""
    steps = run(["mlm"], name="straight", **training)[0].steps
    with monkeypatch.context() as patch, pytest.raises(WardspaceError) as caught:
        act(patch, steps)
        run(["mlm"], **training)
    checkpoint = last_checkpoint(tmp_path / ".model-work" / "stage-0")
    assert checkpoint is not None
    assert str(checkpoint) in caught.value.where
    run(["mlm"], **training)
    assert not differing(tmp_path / "model", tmp_path / "straight")
    return caught.value


def test_exhausted_memory_names_the_passes(run, tmp_path, monkeypatch):
    def act(patch, steps):
        patch.setattr(Gradients, "add", after(steps - 1, lambda: torch.empty(1 << 60)))

    fault = told(run, tmp_path, monkeypatch, act, pass_tokens=200)
    assert "memory was exhausted while training mlm" in fault.what
    assert "training.pass_tokens below 200" in fault.fix


def test_a_worker_that_dies_is_named(run, tmp_path, monkeypatch):
    here = os.getpid()

    def act(patch, steps):
        collate, seen = MaskedLanguageModelling.collate, []

        def deadly(self, readings):
            seen.append(1)
            if os.getpid() != here and len(seen) == steps - 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return collate(self, readings)

        patch.setattr(MaskedLanguageModelling, "collate", deadly)

    fault = told(run, tmp_path, monkeypatch, act, workers=1)
    assert "a process that prepares batches died" in fault.what
    assert "training.workers to 0" in fault.fix


def test_a_disk_that_fills_up_leaves_the_last_good_checkpoint(run, tmp_path, monkeypatch):
    def act(patch, steps):
        save, seen = PhaseTrainer.save_model, []

        def failing(self, *args, **kwargs):
            seen.append(1)
            save(self, *args, **kwargs)
            if len(seen) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(PhaseTrainer, "save_model", failing)

    fault = told(run, tmp_path, monkeypatch, act)
    assert "the disk became full while training mlm" in fault.what


def test_a_bug_stays_a_bug(run, monkeypatch):
    def act():
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(Gradients, "add", after(2, act))
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        run(["mlm"])
