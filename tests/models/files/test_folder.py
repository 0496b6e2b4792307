import json
import shutil

import pytest

from wardspace.core.errors import ModelError
from wardspace.models.files.folder import read_settings


@pytest.fixture
def folder(folder_of, tmp_path):
    return shutil.copytree(folder_of("bert"), tmp_path / "model")


def _sentence(folder, pooling, modules=("Transformer", "Pooling"), **reading):
    paths = {"Transformer": "", "Pooling": "1_Pooling"}
    listed = [{"idx": i, "name": str(i), "path": paths.get(m, m), "type": f"x.y.{m}"} for i, m in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(listed))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (folder / "sentence_bert_config.json").write_text(json.dumps(reading))


def test_a_plain_folder_says_nothing(folder):
    settings = read_settings(folder)
    assert (settings.pooling, settings.normalise, settings.window, settings.overlap) == (None, None, None, None)
    assert settings.checked_pooling() == "mean"


@pytest.mark.parametrize("pooling", [{"pooling_mode_cls_token": True}, {"pooling_mode": "cls"}])
def test_sentence_transformers_old_and_new_keys(folder, pooling):
    _sentence(folder, pooling, ("Transformer", "Pooling", "Normalize"), max_seq_length=77)
    settings = read_settings(folder)
    assert (settings.checked_pooling(), settings.normalise, settings.window) == ("cls", True, 77)


def test_a_transformer_in_a_folder_of_its_own(folder_of, tmp_path):
    root = tmp_path / "old"
    shutil.copytree(folder_of("bert"), root / "0_Transformer")
    _sentence(root, {"pooling_mode_mean_tokens": True})
    modules = json.loads((root / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (root / "modules.json").write_text(json.dumps(modules))
    assert read_settings(root).transformer == root / "0_Transformer"


def test_other_poolings_are_refused_unless_the_study_chooses(folder):
    _sentence(folder, {"pooling_mode": ["mean", "max"]})
    with pytest.raises(ModelError, match=r"mean\+max"):
        read_settings(folder).checked_pooling()


def test_layers_that_cannot_be_followed_are_refused(folder):
    _sentence(folder, {"pooling_mode": "mean"}, ("Transformer", "Pooling", "Dense"))
    with pytest.raises(ModelError, match="Dense"):
        read_settings(folder)


@pytest.mark.parametrize(
    ("gone", "named"),
    [("model.safetensors", "weights"), ("config.json", "config.json"), ("tokenizer.json", "tokenizer")],
)
def test_what_is_missing_is_named(folder, gone, named):
    (folder / gone).unlink()
    with pytest.raises(ModelError, match=f"lacks: {named}"):
        read_settings(folder)


def test_all_that_is_missing_is_named_at_once(tmp_path):
    with pytest.raises(ModelError, match=r"lacks: config.json, weights .*, tokenizer"):
        read_settings(tmp_path)


def test_a_damaged_modules_file(folder):
    (folder / "modules.json").write_text('[{"idx"')
    with pytest.raises(ModelError, match="damaged file") as caught:
        read_settings(folder)
    assert caught.value.where == str(folder / "modules.json")


@pytest.mark.parametrize(("prompt", "said"), [("query: ", True), ("", False)])
def test_a_default_prompt_is_left_out_aloud(folder, monkeypatch, prompt, said):
    lines = []
    monkeypatch.setattr("wardspace.models.files.folder.say", lines.append)
    _sentence(folder, {"pooling_mode": "mean"})
    config = {"default_prompt_name": "query", "prompts": {"query": prompt}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config))
    read_settings(folder)
    assert [("query" in line) for line in lines] == [True] * said


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "a\0b"])
def test_weights_outside_of_the_folder_are_refused(folder, name):
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ModelError, match="outside"):
        read_settings(folder)


def test_a_missing_shard_is_named(folder):
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "model-2.safetensors"}}))
    with pytest.raises(ModelError, match=r"shard model-2\.safetensors"):
        read_settings(folder)
