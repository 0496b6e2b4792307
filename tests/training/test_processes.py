"""One process by itself; two together are in test_gradients.py and tests/study/test_crew.py."""

from __future__ import annotations

import pytest
import torch

from wardspace.core.errors import WardspaceError
from wardspace.training.processes import Processes


def test_one_process_agrees_with_itself_and_waits_for_nobody():
    alone = Processes()
    assert (alone.rank, alone.count, alone.first) == (0, 1, True)
    assert alone.agreed("value") == "value"
    assert [alone.any(True), alone.any(False)] == [True, False]
    rows, own = alone.gathered(torch.arange(6).view(3, 2))
    assert rows[own].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert alone.summed(torch.tensor(2.0)).item() == 2.0
    alone.wait()
    alone.part()


@pytest.mark.parametrize("name", ["ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED"])
def test_sharding_that_would_not_happen_is_refused(monkeypatch, name):
    monkeypatch.setenv(name, "true")
    with pytest.raises(WardspaceError, match="can shard them") as caught:
        Processes()
    assert caught.value.where == name
