"""Taggers in a folder and back: the same mentions, and nothing that is broken is used."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from tests.fixtures.mentions import marked_corpus
from tests.fixtures.models import tiny_model
from wardspace.config import EncoderConfig, EntitiesConfig
from wardspace.core.errors import ModelError
from wardspace.corpus.schema import SPLITS
from wardspace.models import Encoder
from wardspace.tasks import EvaluatedModel, RunKey, Texts, kept_folders, kind_of, predict
from wardspace.tasks.columns import objects
from wardspace.tasks.entities.fitted import FittedTagger
from wardspace.tasks.entities.kept import load_tagger, save_tagger

ENCODER = EncoderConfig(window=24)
QUICK = {"seeds": 2, "epochs": 8, "learning_rate": 3e-3, "batch_notes": 4, "patience": None}
RUN = RunKey("marks", "mlm", "head", None, 0)


class Bench:
    """A corpus, a model, and what a task fits on them."""

    def __init__(self, folder):
        self.corpus = marked_corpus(folder / "corpus", 40)
        path = tiny_model(folder / "model")
        split = objects(self.corpus.table(["split"])["split"])
        self.model = EvaluatedModel("mlm", list, lambda: Encoder.load(path, ENCODER), split, (str(path), ENCODER))

    def task(self, **options):
        task = EntitiesConfig.model_validate({"name": "marks", "baselines": [], **options})
        return kind_of(task).settings(task), kind_of(task).gold(Texts(self.corpus), task, SPLITS)

    def texts(self):
        return [*self.corpus.table(["text"])["text"].to_pylist(), "", "胸痛 fever", "no acute distress " * 40]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def kept(bench, tmp_path_factory):
    """A tagger of each kind, as it was fitted and where it was kept."""
    folder = tmp_path_factory.mktemp("taggers")
    found = {}
    variants = {
        "linear": {"settings": ["head"], "pieces": "all", "scheme": "BIOES"},
        "tuned": {"settings": ["finetune"], "finetune": QUICK},
        "crf": {"settings": ["finetune"], "finetune": QUICK, "crf": True},
        "lora": {"settings": ["finetune"], "finetune": {**QUICK, "lora": {"rank": 4}}},
    }
    for name, options in variants.items():
        (setting,), gold = bench.task(keep=True, **options)
        fitted = setting.fit(bench.model, gold, RUN, folder / "work", show_progress=False)
        setting.save(fitted, folder / name, RUN)
        found[name] = fitted, folder / name
    return found


@pytest.mark.parametrize("name", ["linear", "tuned", "crf", "lora"])
def test_the_same_mentions_before_and_after(bench, kept, name):
    fitted, folder = kept[name]
    before, after = list(fitted.mentions(bench.texts())), list(load_tagger(folder).mentions(bench.texts()))
    assert sum(len(each) for each in before) > 20
    for one, other in zip(before, after, strict=True):
        assert [each[:3] for each in one] == [each[:3] for each in other]
        assert [each.confidence for each in one] == pytest.approx([each.confidence for each in other], abs=1e-6)


def test_what_is_kept_holds_no_text_and_is_for_its_owner_alone(kept):
    for _, folder in kept.values():
        assert folder.stat().st_mode & 0o077 == 0
        for path in (path for path in folder.rglob("*") if path.is_file() and "token" not in path.name):
            assert b"penicillin" not in path.read_bytes() and b"shortness" not in path.read_bytes()


def test_it_is_an_encoder_like_any_other(bench, kept):
    encoder = Encoder.load(kept["tuned"][1])
    assert encoder.window == 24 and encoder.encode(["fever"], show_progress=False).shape == (1, encoder.dimension)


def spoil(folder, name, change):
    path = folder / name
    values = json.loads(path.read_text())
    change(values)
    path.write_text(json.dumps(values))


def drop(name):
    return lambda folder: (folder / name).unlink()


def heads(change):
    def spoiled(folder):
        path = folder / "heads.safetensors"
        tensors = change(load_file(path))
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
        save_file(tensors, path, metadata=about)

    return spoiled


@pytest.mark.parametrize(
    "broken",
    [
        drop("fitted.json"),
        drop("heads.safetensors"),
        drop("config.json"),
        lambda folder: (folder / "fitted.json").write_text("{"),
        lambda folder: (folder / "heads.safetensors").write_bytes(b"no tensors"),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(kind="classification")),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(types=["Drug"])),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(types=["Drug", "Drug"])),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(types=[])),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(head="pickle")),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(version=2)),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(crf=True)),
        lambda folder: spoil(folder, "fitted.json", lambda it: it.update(confidence={"slope": None, "shift": 0})),
        heads(lambda it: {name: value[..., :-1].contiguous() for name, value in it.items()}),
        heads(lambda it: {name: torch.full_like(value, float("nan")) for name, value in it.items()}),
        heads(lambda it: {**it, "other/weight": torch.zeros(1)}),
    ],
)
def test_a_broken_folder_is_refused(kept, tmp_path, broken):
    folder = shutil.copytree(kept["tuned"][1], tmp_path / "folder")
    broken(folder)
    with pytest.raises(ModelError):
        load_tagger(folder)


def test_code_in_a_folder_is_not_run(kept, tmp_path):
    folder = shutil.copytree(kept["tuned"][1], tmp_path / "folder")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    spoil(folder, "config.json", lambda it: it.update(auto_map={"AutoModel": "own.Model", "AutoConfig": "own.Config"}))
    load_tagger(folder)
    assert not (tmp_path / "ran").exists()


def test_no_folder(tmp_path):
    with pytest.raises(ModelError):
        load_tagger(tmp_path / "nowhere")


def test_what_knows_words_of_notes_is_not_kept(tmp_path):
    with pytest.raises(ValueError, match="dictionary"):
        save_tagger(FittedTagger(lambda texts: [], ("Drug",)), tmp_path / "x", RUN._replace(setting="dictionary"))


def test_the_first_seed_on_all_labels_is_kept_and_a_run_goes_on_without_it(bench, tmp_path):
    options = {"settings": ["finetune"], "finetune": {**QUICK, "epochs": 1}, "budgets": [0.5]}
    settings, gold = bench.task(keep=True, **options)
    folders = kept_folders(settings, "mlm", "marks", tmp_path / "models")
    assert folders == {"finetune": tmp_path / "models" / "marks-mlm-finetune"}
    work = tmp_path / "work"
    first = predict(settings, bench.model, gold, "marks", work, kept=folders, show_progress=False)
    stamp = (folders["finetune"] / "fitted.json").stat()
    about = json.loads((folders["finetune"] / "fitted.json").read_text())
    assert (about["task"], about["model"], about["setting"], about["seed"]) == ("marks", "mlm", "finetune", 0)
    # everything is there: nothing is fitted again
    again = predict(settings, bench.model, gold, "marks", work, kept=folders, show_progress=False)
    assert again.equals(first) and (folders["finetune"] / "fitted.json").stat().st_mtime_ns == stamp.st_mtime_ns
    # the folder is gone: that run is made again, and gives the same
    kept = load_tagger(folders["finetune"])
    shutil.rmtree(folders["finetune"])
    again = predict(settings, bench.model, gold, "marks", work, kept=folders, show_progress=False)
    assert again.equals(first)
    texts = bench.texts()
    assert list(load_tagger(folders["finetune"]).mentions(texts)) == list(kept.mentions(texts))
    without, _ = bench.task(**options)
    assert kept_folders(without, "mlm", "marks", tmp_path / "models") == {}
