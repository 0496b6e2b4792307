"""Classifiers of pairs in a folder and back: the same classes, and nothing that is broken is used."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.fixtures.models import tiny_model
from tests.fixtures.pairs import SECRET, paired_corpus
from tests.tasks.pairs.test_kind import QUICK, gold_of, model_of, task_of
from wardspace.core.errors import ModelError
from wardspace.tasks import RunKey, kind_of
from wardspace.tasks.pairs.kept import load_pairs

RUN = RunKey("infer", "base", "finetune", None, 0)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A classifier that reads texts apart and one that reads them together, as fitted and where they were kept."""
    folder = tmp_path_factory.mktemp("kept")
    corpus, path = paired_corpus(folder / "corpus"), tiny_model(folder / "model")
    found = {}
    for name in ("logistic", "finetune"):
        task = task_of(settings=[name], keep=True, finetune={**QUICK, "epochs": 3})
        (setting,), gold = kind_of(task).settings(task), gold_of(corpus, task)
        assert setting.keep
        fitted = setting.fit(model_of(corpus, path), gold, RUN, folder / "work", show_progress=False)
        setting.save(fitted, folder / name, RUN)
        units = gold.units("test")
        found[name] = folder / name, units, fitted.predict(units)
    return found


@pytest.mark.parametrize("name", ["logistic", "finetune"])
def test_the_same_classes_before_and_after(kept, name):
    folder, units, before = kept[name]
    task = task_of()
    after = kind_of(task).load(folder)
    expected = np.array(before["probabilities"].to_pylist())
    assert np.abs(after.probabilities(units.firsts, units.seconds) - expected).max() < 0.01  # bfloat16, other batches
    labels = after.labels(units.firsts, units.seconds)
    assert [after.classes.index(label) for label, _ in labels] == before["predicted"].to_pylist()
    assert after.labels([], []) == []


def test_what_is_kept_holds_no_text_and_is_for_its_owner_alone(kept):
    for folder, _, _ in kept.values():
        assert folder.stat().st_mode & 0o077 == 0
        for path in (path for path in folder.rglob("*") if path.is_file() and "token" not in path.name):
            assert SECRET.encode() not in path.read_bytes()


def spoil(**values):
    def spoiled(folder):
        path = folder / "fitted.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | values))

    return spoiled


def heads(change):
    def spoiled(folder):
        path = folder / "heads.safetensors"
        tensors = change(load_file(path))
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
        save_file(tensors, path, metadata=about)

    return spoiled


@pytest.mark.parametrize("name", ["logistic", "finetune"])
@pytest.mark.parametrize(
    "broken",
    [
        spoil(kind="classification"),
        spoil(classes=["a", "b", "c"]),
        spoil(classes=["entailment"]),
        spoil(temperature=0),
        spoil(temperature=None),
        spoil(head="pickle"),
        heads(lambda it: {name: value[..., :-1].contiguous() for name, value in it.items()}),
        heads(lambda it: {name: torch.full_like(value, float("nan")) for name, value in it.items()}),
        heads(lambda it: {**it, "task/other": torch.zeros(1)}),
    ],
)
def test_a_broken_folder_is_refused(kept, tmp_path, name, broken):
    folder = shutil.copytree(kept[name][0], tmp_path / "folder")
    broken(folder)
    with pytest.raises(ModelError):
        load_pairs(folder)


def test_heads_are_not_taken_for_each_other(kept, tmp_path):
    for name, other in (("logistic", "together"), ("finetune", "apart")):
        folder = shutil.copytree(kept[name][0], tmp_path / name)
        spoil(head=other)(folder)
        with pytest.raises(ModelError):
            load_pairs(folder)
