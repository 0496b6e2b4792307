import huggingface_hub.constants
import pytest

from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.files import hub


def test_a_hub_out_of_reach(monkeypatch, tmp_path):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="no folder or installed package is called 'someone/some-model'") as caught:
        Encoder.load("someone/some-model", device="cpu")
    assert "local model folder" in (caught.value.fix or "")


def test_a_hub_model_is_opened_as_a_folder(monkeypatch, folder_of):
    monkeypatch.setattr(hub, "snapshot_download", lambda name, **_: str(folder_of("bert")))
    encoder = Encoder.load("someone/some-model", device="cpu")
    assert encoder.name == "someone/some-model"
    assert encoder.dimension == 32


def test_pickled_weights_are_fetched_only_where_there_are_no_others(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(hub, "snapshot_download", lambda name, **o: asked.append(o["allow_patterns"][-1]) or tmp_path)
    hub.snapshot("someone/old")
    (tmp_path / "model.safetensors").touch()
    hub.snapshot("someone/new")
    assert asked == ["*.safetensors", "*.bin", "*.safetensors"]
