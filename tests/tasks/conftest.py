from __future__ import annotations

import pytest

from wardspace.tasks.probes import head


@pytest.fixture
def quick_head(monkeypatch):
    """A head that stops early, where how well it learns is not the question."""
    monkeypatch.setattr(head, "_ROUNDS", 3)
