from __future__ import annotations

import pytest

from wardspace.tasks.probes import head


@pytest.fixture(autouse=True, scope="package")
def quick_heads():
    """Heads that stop early: their notes are few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "_ROUNDS", 10)
        yield
