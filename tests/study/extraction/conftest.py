"""A tagger that finds four drugs and signs by their words, kept in a folder: what the tests of extraction read with."""

from __future__ import annotations

import pytest

from tests.fixtures.mentions import marked_corpus
from tests.fixtures.models import tiny_model
from wardspace.config import EncoderConfig, EntitiesConfig
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kind_of
from wardspace.tasks.columns import objects


@pytest.fixture(scope="session")
def tagger_folder(tmp_path_factory):
    """A folder as a run keeps it; its scores do not matter, only that it finds something."""
    home = tmp_path_factory.mktemp("tagger")
    corpus, path = marked_corpus(home / "corpus", 60), tiny_model(home / "model")
    config = EncoderConfig(window=48)
    model = EvaluatedModel(
        "mlm", list, lambda: Encoder.load(path, config), objects(corpus.table(["split"])["split"]), (str(path), config)
    )
    quick = {"seeds": 1, "epochs": 8, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}
    task = EntitiesConfig.model_validate(
        {"name": "marks", "settings": ["finetune"], "finetune": quick, "keep": True, "baselines": []}
    )
    (setting,) = kind_of(task).settings(task)
    run = RunKey("marks", "mlm", "finetune", None, 0)
    gold = kind_of(task).gold(Texts(corpus), task, SPLITS)
    fitted = setting.fit(model, gold, run, home / "work", show_progress=False)
    setting.save(fitted, home / "marks-mlm-finetune", run)
    return home / "marks-mlm-finetune"
