import json
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from tests.fixtures.models import FAMILIES, sample_texts
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.files.saving import README

TEXTS = [*sample_texts(10), ""]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("pooling", "normalise"), [("mean", "no"), ("mean", "yes"), ("cls", "yes")])
def test_plain_sentence_transformers_gives_equal_vectors(folder_of, tmp_path, family, pooling, normalise):
    encoder = Encoder.load(folder_of(family), EncoderConfig(pooling=pooling, normalise=normalise), device="cpu")
    encoder.save(tmp_path / "saved")
    plain = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    ours = encoder.encode(TEXTS, precision="fp32")
    assert np.abs(plain.encode(TEXTS) - ours).max() < 1e-5
    again = Encoder.load(tmp_path / "saved", device="cpu")
    assert (again.pooling, again.normalise) == (pooling, normalise == "yes")
    assert np.abs(again.encode(TEXTS, precision="fp32") - ours).max() < 1e-6


def test_window_and_overlap_come_back(folder_of, tmp_path):
    encoder = Encoder.load(folder_of(), EncoderConfig(window=24, overlap=0.5), device="cpu")
    encoder.save(tmp_path / "saved")
    again = Encoder.load(tmp_path / "saved", device="cpu")
    assert (again.window, again.overlap) == (24, 0.5)
    assert Encoder.load(tmp_path / "saved", EncoderConfig(overlap=0.25), device="cpu").overlap == 0.25
    assert SentenceTransformer(str(tmp_path / "saved"), device="cpu").max_seq_length == 24
    long = " ".join(sample_texts(20))
    assert np.abs(again.encode([long], precision="fp32") - encoder.encode([long], precision="fp32")).max() < 1e-6


@pytest.mark.parametrize("family", ["bert", "roberta", "mpnet"])
def test_plain_sentence_transformers_makes_no_random_pooler(folder_of, tmp_path, family):
    Encoder.load(folder_of(family, False), device="cpu").save(tmp_path / "saved")
    plain = SentenceTransformer(str(tmp_path / "saved"), device="cpu")
    assert plain[0].auto_model.pooler is None


def test_saving_needs_no_sentence_transformers(folder_of, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # importing it would fail
    monkeypatch.setattr("wardspace.models.files.saving.version", without("sentence-transformers"))
    Encoder.load(folder_of(), device="cpu").save(tmp_path / "saved")
    assert (tmp_path / "saved" / "modules.json").is_file()


def without(package):
    def found(name):
        if name == package:
            raise PackageNotFoundError(name)
        return version(name)

    return found


def test_the_card_is_ours(folder_of, tmp_path):
    encoder = Encoder.load(folder_of(), device="cpu")
    encoder.encode(["patient wombat seen in clinic"])
    encoder.save(tmp_path / "short")
    short = (tmp_path / "short" / "README.md").read_text()
    assert short == README
    assert "wombat" not in short
    assert "widget" not in short
    encoder.save(tmp_path / "given", card="# ours\n")
    assert (tmp_path / "given" / "README.md").read_text() == "# ours\n"


def test_no_path_of_the_machine_is_saved(folder_of, tmp_path):
    Encoder.load(folder_of(), device="cpu").save(tmp_path / "saved")
    for path in (tmp_path / "saved").rglob("*"):
        if path.suffix in (".json", ".md"):
            assert str(folder_of()) not in path.read_text(), path.name
    config = json.loads((tmp_path / "saved" / "tokenizer.json").read_text())
    assert config["truncation"] is None
    assert config["padding"] is None


def test_a_model_is_replaced_and_anything_else_is_not(folder_of, tmp_path):
    encoder = Encoder.load(folder_of(), device="cpu")
    encoder.save(tmp_path / "saved")
    encoder.save(tmp_path / "saved", card="second")
    assert (tmp_path / "saved" / "README.md").read_text() == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.csv").write_text("a")
    for target in (other, other / "notes.csv"):
        with pytest.raises(ModelError, match="no model"):
            encoder.save(target)
    assert (other / "notes.csv").read_text() == "a"


def test_a_failed_save_leaves_the_old_one(folder_of, tmp_path, monkeypatch):
    encoder = Encoder.load(folder_of(), device="cpu")
    encoder.save(tmp_path / "saved", card="first")
    monkeypatch.setattr("wardspace.models.files.saving._versions", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        encoder.save(tmp_path / "saved", card="second")
    assert (tmp_path / "saved" / "README.md").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["saved"]
