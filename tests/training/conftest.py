from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.fixtures.corpora import small_corpus
from tests.fixtures.models import tiny_model
from tests.fixtures.objectives import tiny_masked
from wardspace.config import AdaptConfig, BudgetConfig, EncoderConfig, TrainingConfig
from wardspace.corpus import Corpus
from wardspace.models import LanguageModel
from wardspace.results import StageCost
from wardspace.training import Recipe, adapt

# a busy machine is no fault of the code
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

TRAINING = {"batch_tokens": 400, "learning_rate": 1e-3, "holdout": 0.1, "evaluations": 3, "precision": "fp32"}


@pytest.fixture(scope="session", autouse=True)
def _light_collections() -> Iterator[None]:
    """The Trainer collects garbage at every start; what the imports left need not be walked through each time."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("headless"), masked_head=False)


@pytest.fixture(scope="session")
def masked(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    return tiny_masked(tmp_path_factory.mktemp("masked"))


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return small_corpus(tmp_path_factory.mktemp("notes") / "corpus")


@pytest.fixture
def run(corpus: Corpus, base: Path, tmp_path: Path) -> Callable[..., list[StageCost]]:
    """Adapt the tiny base; options of `adapt` and of the training may be given."""

    def adapted(
        objectives: list[Any],
        *,
        name: str = "model",
        tokens: int = 3000,
        corpus: Corpus = corpus,
        base: Path = base,
        transductive: bool = False,
        **training: Any,
    ) -> list[StageCost]:
        options = TrainingConfig(**{**TRAINING, **training})
        model = AdaptConfig(name=name, objectives=objectives)
        budget = BudgetConfig(tokens=tokens)
        recipe = Recipe(corpus, model, str(base), EncoderConfig(), budget, options, transductive)
        return adapt(recipe, tmp_path / name, show_progress=False)

    return adapted
