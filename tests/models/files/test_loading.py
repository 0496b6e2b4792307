import contextlib
import json
import shutil

import pytest
from safetensors.torch import load_file, save_file
from transformers.utils import logging

from tests.fixtures.models import tiny_model
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.files.loading import quiet
from wardspace.privacy.attacker.causal import CausalWords, is_causal


@pytest.fixture
def folder(folder_of, tmp_path):
    return shutil.copytree(folder_of("bert"), tmp_path / "model")


@pytest.fixture
def saved(folder, tmp_path):
    """A folder with all files that this package and Sentence-Transformers write."""
    Encoder.load(folder).save(tmp_path / "saved")
    return tmp_path / "saved"


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


CODE = """
import pathlib
pathlib.Path(__file__).with_name("ran").touch()
from transformers import BertConfig, BertModel, BertTokenizerFast
class OwnConfig(BertConfig):
    model_type = "own"
class OwnModel(BertModel):
    config_class = OwnConfig
class OwnTokenizer(BertTokenizerFast):
    pass
"""


@pytest.mark.parametrize("load", [Encoder.load, LanguageModel.load, CausalWords.load, is_causal])
@pytest.mark.parametrize("part", ["config", "tokenizer"])
def test_code_of_a_model_folder_is_never_run(folder, load, part, monkeypatch):
    (folder / "own.py").write_text(CODE)
    if part == "config":
        names = {"AutoConfig": "own.OwnConfig", "AutoModel": "own.OwnModel", "AutoModelForMaskedLM": "own.OwnModel"}
        file, change = "config.json", {"model_type": "own", "auto_map": names}
    else:
        file, change = "tokenizer_config.json", {
            "tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": [None, "own.OwnTokenizer"]},
        }  # fmt: skip
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    with contextlib.suppress(ModelError):
        load(folder)
    assert not list(folder.parent.rglob("ran"))
    if part == "config":
        with pytest.raises(ModelError, match="never runs"):
            load(folder)


@pytest.mark.parametrize("key", ["attn_implementation", "_attn_implementation"])
def test_a_kernel_on_a_hub_is_refused(folder, key):
    path = folder / "config.json"
    plain = json.loads(path.read_text())
    for asked in ({key: "kernels-community/flash-attn2"}, {"text_config": {key: "someone/code@main:attention"}}):
        path.write_text(json.dumps(plain | asked))
        for load in (Encoder.load, LanguageModel.load):
            with pytest.raises(ModelError, match="never runs"):
                load(folder)


DAMAGE = [
    (file, value)
    for file in (
        "config.json", "tokenizer.json", "tokenizer_config.json", "modules.json", "1_Pooling/config.json",
        "sentence_bert_config.json", "config_sentence_transformers.json", "wardspace.json",
    )
    for value in ("null", "[]", "[1]", '"x"', "-1", "{", "[" * 50_000, "\x00", '{"type": 1}', '[{"path": 3}]')
] + [
    ("modules.json", '[{"type": "x.Transformer", "path": "../.."}]'),
    ("modules.json", '[{"type": "x.Transformer", "path": "/etc"}]'),
    ("modules.json", '[{"type": "x.Transformer", "path": "a\\u0000b"}]'),
    ("sentence_bert_config.json", '{"max_seq_length": "many"}'),
    ("sentence_bert_config.json", '{"max_seq_length": -4}'),
    ("sentence_bert_config.json", '{"max_seq_length": 1.5}'),
    ("wardspace.json", '{"window": 0, "overlap": 2}'),
    ("1_Pooling/config.json", '{"pooling_mode": 7}'),
    ("tokenizer_config.json", '{"model_max_length": "x"}'),
    ("tokenizer_config.json", '{"model_max_length": -1}'),
    ("tokenizer_config.json", '{"model_max_length": [1]}'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "text"), DAMAGE)
def test_a_malformed_folder_ends_in_a_message_or_loads(saved, file, text):
    (saved / file).write_text(text)
    for load in (Encoder.load, LanguageModel.load):
        try:
            encoder = load(saved)
        except ModelError as error:
            assert error.where and error.fix
        else:
            assert encoder.window > 0


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
