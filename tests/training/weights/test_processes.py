"""One process by itself; two together are in test_gradients.py and tests/features/test_several_processes.py."""

from __future__ import annotations

import os

import pytest
import torch

from wardspace.core.errors import WardspaceError
from wardspace.training.weights import processes
from wardspace.training.weights.processes import Processes


def test_one_process_agrees_with_itself_and_waits_for_nobody():
    alone = Processes()
    assert (alone.rank, alone.count, alone.first) == (0, 1, True)
    assert alone.broadcast("value") == "value"
    assert [alone.any(True), alone.any(False)] == [True, False]
    rows, own = alone.gathered(torch.arange(6).view(3, 2))
    assert rows[own].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert alone.summed(torch.tensor(2.0)).item() == 2.0
    alone.wait()
    alone.part()


def test_what_would_not_happen_is_refused(monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    with pytest.raises(WardspaceError, match="DeepSpeed is not used"):
        Processes()


def test_fsdp_asked_of_accelerate_is_taken_over(monkeypatch):
    """Its own wrapping, which the Trainer would ask for, is switched off."""
    asked = processes._asked_to_share
    asked.cache_clear()
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    try:
        assert Processes().share
        assert os.environ["ACCELERATE_USE_FSDP"] == "false"
        assert Processes().share  # whoever asks later hears the same
    finally:
        asked.cache_clear()
