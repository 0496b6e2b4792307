from __future__ import annotations

import pytest

from tests.fixtures.objectives import tiny_masked
from wardspace.encoders import MaskedModel


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory) -> MaskedModel:
    return tiny_masked(tmp_path_factory.mktemp("model"))
