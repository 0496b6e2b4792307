import json
import shutil

import pytest
from safetensors.torch import load_file, save_file
from transformers.utils import logging

from tests.fixtures.models import tiny_model
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.files.loading import quiet


@pytest.fixture
def folder(folder_of, tmp_path):
    return shutil.copytree(folder_of("bert"), tmp_path / "model")


def test_damaged_weights(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    for load in (Encoder.load, LanguageModel.load):
        with pytest.raises(ModelError, match="cannot load the model") as caught:
            load(folder)
        assert caught.value.where == str(folder)


def test_a_config_of_another_size(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 64}))
    with pytest.raises(ModelError, match="cannot load the model"):
        Encoder.load(folder, device="cpu")


def test_an_unknown_family(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "wombat"}))
    with pytest.raises(ModelError, match="cannot load the config"):
        Encoder.load(folder, device="cpu")


def test_a_damaged_config(folder):
    (folder / "config.json").write_text("{")
    with pytest.raises(ModelError, match="cannot load"):
        Encoder.load(folder, device="cpu")


def test_a_damaged_tokenizer(folder):
    (folder / "tokenizer.json").write_text('{"version": "1.0"')
    with pytest.raises(ModelError, match="cannot load the tokenizer"):
        Encoder.load(folder, device="cpu")


def test_weights_that_lack_a_layer_are_not_filled_with_random_ones(folder):
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if ".layer.1." not in name}
    assert len(kept) < len(tensors)
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    for load in (Encoder.load, LanguageModel.load):
        with pytest.raises(ModelError, match="lack 16 tensors of the encoder"):
            load(folder)


def test_a_tokenizer_of_another_model(folder, tmp_path):
    other = tiny_model(tmp_path / "other", "roberta")
    shutil.copy(other / "tokenizer.json", folder / "tokenizer.json")
    shutil.copy(other / "tokenizer_config.json", folder / "tokenizer_config.json")
    with pytest.raises(ModelError, match="the tokenizer knows"):
        Encoder.load(folder, device="cpu")


def test_a_folder_that_lower_cases_first(folder_of, tmp_path):
    folder = shutil.copytree(folder_of("roberta"), tmp_path / "m")
    (folder / "modules.json").write_text('[{"idx": 0, "name": "0", "path": "", "type": "a.Transformer"}]')
    plain = Encoder.load(folder, device="cpu")
    assert plain.count_tokens(["CHEST PAIN"]) != plain.count_tokens(["chest pain"])
    (folder / "sentence_bert_config.json").write_text('{"do_lower_case": true}')
    lower = Encoder.load(folder, device="cpu")
    assert lower.count_tokens(["CHEST PAIN"]) == plain.count_tokens(["chest pain"])
    lower.save(tmp_path / "saved")
    again = Encoder.load(tmp_path / "saved", device="cpu")
    assert again.count_tokens(["CHEST PAIN"]) == plain.count_tokens(["chest pain"])


def test_loading_is_silent_and_puts_the_voice_back(folder_of, capfd):
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    bare, whole = folder_of("bert", False), folder_of("bert", True)
    capfd.readouterr()  # what making them said
    LanguageModel.load(bare)
    Encoder.load(whole, device="cpu")
    assert capfd.readouterr() == ("", "")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
    with pytest.raises(KeyError), quiet():
        raise KeyError
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before


def test_what_is_loaded_lies_no_longer_in_the_file(folder):
    """Written again in place, it would change the model; and kernels want vectors that begin on their bounds."""
    weights = folder / "model.safetensors"
    models = [LanguageModel.load(folder).model, Encoder.load(folder, device="cpu").model]
    before = [{name: value.clone() for name, value in model.named_parameters()} for model in models]
    weights.write_bytes(bytes(weights.stat().st_size))
    for model, values in zip(models, before, strict=True):
        assert all(value.equal(values[name]) for name, value in model.named_parameters())
        assert {value.data_ptr() % 64 for value in model.parameters()} == {0}
