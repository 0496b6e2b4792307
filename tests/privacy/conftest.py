from pathlib import Path

import pytest

from tests.fixtures.models import tiny_model
from wardspace.models import Encoder, LanguageModel
from wardspace.privacy.attacker.masked import MaskedWords


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("base"), "roberta")


@pytest.fixture(scope="session")
def words(base: Path) -> MaskedWords:
    return MaskedWords(LanguageModel.load(base), 96)


@pytest.fixture(scope="session")
def encoder(base: Path) -> Encoder:
    return Encoder.load(base, device="cpu")
