from __future__ import annotations

import pytest
import torch

from wardspace.core.errors import WardspaceError
from wardspace.training.faults import LossGuard


def test_the_first_bad_step_is_named():
    guard = LossGuard()
    for step, loss in enumerate([1.0, float("nan"), 2.0, float("inf")], start=1):
        guard.note(torch.tensor(loss), step)
    with pytest.raises(WardspaceError, match="at step 2") as caught:
        guard.check("mlm", lambda: "checkpoint-1")
    assert "checkpoint-1" in str(caught.value)


def test_finite_losses_pass():
    guard = LossGuard()
    assert guard.check("mlm", lambda: "none yet") is None
    guard.note(torch.tensor(3.0), 1)
    assert guard.check("mlm", lambda: "none yet") is None
