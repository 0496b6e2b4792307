from __future__ import annotations

import pytest
from hypothesis import settings

from tests.fixtures.objectives import tiny_masked
from wardspace.models import LanguageModel

# a busy machine is no fault of the code
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return tiny_masked(tmp_path_factory.mktemp("model"))
