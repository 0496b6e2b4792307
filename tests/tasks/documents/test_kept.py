"""Classifiers in a folder and back: the same probabilities."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from tests.fixtures.labels import labelled_corpus, make_task
from tests.fixtures.models import tiny_model
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kept_folders, kind_of
from wardspace.tasks.columns import objects
from wardspace.tasks.documents.kept import load_classifier

ENCODER = EncoderConfig(window=24)
QUICK = {"seeds": 1, "epochs": 1, "learning_rate": 1e-3, "batch_notes": 8}
pytestmark = pytest.mark.usefixtures("quick_head")


def fitted(folder, name, **options):
    """A setting of a task on a small corpus, fitted; its texts, and the folder it is kept in."""
    corpus, path = labelled_corpus(folder / "corpus", 60, words=30), tiny_model(folder / "model")
    texts = corpus.table(["text"])["text"].to_pylist()
    task = make_task(keep=True, **options)
    split = objects(corpus.table(["split"])["split"])
    vectors = Encoder.load(path, ENCODER).encode(texts, show_progress=False)
    model = EvaluatedModel("mlm", lambda: vectors, lambda: Encoder.load(path, ENCODER), split, (str(path), ENCODER))
    gold = kind_of(task).gold(Texts(corpus), task, SPLITS)
    settings = kind_of(task).settings(task)
    (setting,) = (one for one in settings if one.record.name == name)
    run = RunKey(task.name, "mlm", name, None, 0)
    assert list(kept_folders(settings, "mlm", task.name, folder)) == [name]
    found = setting.fit(model, gold, run, folder / "work", show_progress=False)
    target = kept_folders(settings, "mlm", task.name, folder)[name]
    setting.save(found, target, run)
    notes = gold.units("test")
    return found.predict(notes).to_pylist(), [texts[row] for row in notes.rows], target


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("head", {"probes": ["logistic", "head"], "seeds": 1}),
        ("finetune", {"settings": ["probe", "finetune"], "finetune": QUICK}),
        ("head", {"probes": ["head"], "seeds": 1, "separator": ";"}),
    ],
)
def test_the_same_probabilities_before_and_after(tmp_path, name, options):
    rows, texts, folder = fitted(tmp_path, name, **options)
    kept = load_classifier(folder)
    wanted = np.array([row["probabilities"] for row in rows])
    assert np.abs(kept.probabilities(texts) - wanted).max() < 2e-3  # of other batches, where vectors are in bfloat16
    for row, labels in zip(rows, kept.labels(texts), strict=True):
        sure = np.sort(row["probabilities"])
        if isinstance(row["predicted"], int) and sure[-1] - sure[-2] > 0.02:
            assert [one[0] for one in labels] == [kept.classes[row["predicted"]]]
        elif isinstance(row["predicted"], list):
            assert {one[0] for one in labels} <= set(kept.classes)
    assert kept.labels([]) == []


def test_a_broken_folder_is_refused(tmp_path):
    *_, folder = fitted(tmp_path, "head", probes=["head"], seeds=1)
    about = json.loads((folder / "fitted.json").read_text())
    for change in ({"classes": ["one"]}, {"kind": "entities"}, {"thresholds": [0.5]}, {"classes": []}):
        broken = shutil.copytree(folder, tmp_path / "broken", dirs_exist_ok=True)
        (broken / "fitted.json").write_text(json.dumps({**about, **change}))
        with pytest.raises(ModelError):
            load_classifier(broken)


def test_there_must_be_something_to_keep():
    with pytest.raises(ValueError, match="keep"):
        make_task(keep=True)
