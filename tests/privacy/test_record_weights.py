import shutil

import pytest

from tests.fixtures.models import tiny_model
from wardspace.core.errors import ModelError
from wardspace.privacy.record import weights_hash


@pytest.fixture
def folder(tmp_path):
    return tiny_model(tmp_path / "model")


def test_every_file_of_weights_counts_wherever_it_is(folder):
    found = [weights_hash(folder)]
    for name in ("adapter/adapter_model.safetensors", "2_Dense/pytorch_model.bin", "model.gguf", "heads.safetensors"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"weights")
        found.append(weights_hash(folder))
        path.write_bytes(b"Weights")
        found.append(weights_hash(folder))
    assert len(set(found)) == len(found)


def test_a_copy_under_another_name_has_the_same_hash(folder, tmp_path):
    assert weights_hash(shutil.copytree(folder, tmp_path / "copy")) == weights_hash(folder)


def test_words_about_a_model_do_not_count(folder):
    before = weights_hash(folder)
    (folder / "README.md").write_text("a card")
    assert weights_hash(folder) == before


def test_a_folder_without_weights_is_refused(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError):
        weights_hash(folder)
