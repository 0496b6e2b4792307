from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.searches import searched_study
from wardspace.study.search import SearchResults, search


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("searches")


@pytest.fixture(scope="session")
def found(home: Path) -> SearchResults:
    """A search that nothing disturbed, in `home / "run"`."""
    return search(searched_study(home))
