"""A model in one GGUF file, as llama.cpp has it: the tests write a tiny one of their own."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel

from tests.fixtures.models import CAUSAL, sample_texts
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, LanguageModel
from wardspace.models.files import loading

gguf = pytest.importorskip("gguf")
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
"""What llama.cpp calls the parts of a layer."""


def interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of a projection as llama.cpp orders them for its rotation of neighbouring pairs."""
    return weight.reshape(heads, 2, -1, weight.shape[-1]).transpose(1, 2).reshape(weight.shape)


def write_gguf(model: PreTrainedModel, tokenizer: object, path: Path) -> None:
    """Write a Llama with its tokenizer in float32."""
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_vocab_size(config.vocab_size)
    core = tokenizer.backend_tokenizer
    tokens = [core.id_to_token(place) or f"<spare{place}>" for place in range(config.vocab_size)]
    tokens[-1] = "<|endoftext|>"  # transformers adds it where a file has none
    special = set(tokenizer.all_special_tokens)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in special else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in _merges(core)])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_unk_token_id(tokenizer.unk_token_id)
    for name, value in model.state_dict().items():
        writer.add_tensor(_name(name), _value(name, value, config).numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _merges(core) -> list[tuple[str, str]]:
    return [tuple(pair) for pair in json.loads(core.to_str())["model"]["merges"]]


def _name(name: str) -> str:
    if name == "lm_head.weight":
        return "output.weight"
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{NAMES[rest.removesuffix('.weight')]}.weight"


def _value(name: str, value: torch.Tensor, config) -> torch.Tensor:
    if "q_proj" in name:
        return interleaved(value, config.num_attention_heads)
    return interleaved(value, config.num_key_value_heads) if "k_proj" in name else value


@pytest.fixture(scope="module")
def packed(folder_of, tmp_path_factory):
    folder = folder_of(CAUSAL)
    place = tmp_path_factory.mktemp("packed")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    write_gguf(AutoModelForCausalLM.from_pretrained(folder), tokenizer, place / "tiny.gguf")
    return place


def test_it_gives_the_vectors_of_the_usual_folder(folder_of, packed):
    texts = sample_texts(5)
    expected = Encoder.load(folder_of(CAUSAL)).encode(texts, show_progress=False, precision="fp32")
    found = Encoder.load(packed).encode(texts, show_progress=False, precision="fp32")
    assert np.allclose(found, expected, atol=1e-4)


def test_it_can_be_trained_and_saved_as_a_usual_folder(packed, tmp_path):
    masked = LanguageModel.load(packed)
    assert not masked.head_is_new
    assert all(parameter.requires_grad for parameter in masked.parameters())
    texts = sample_texts(3)
    before = masked.to_encoder()
    before.save(tmp_path / "saved")
    found = Encoder.load(tmp_path / "saved").encode(texts, show_progress=False, precision="fp32")
    assert np.allclose(found, before.encode(texts, show_progress=False, precision="fp32"), atol=1e-5)
    assert "gguf" not in (tmp_path / "saved" / "config.json").read_text()


def test_of_several_files_one_must_be_chosen(packed, tmp_path):
    for name in ("one.gguf", "two.gguf"):
        (tmp_path / name).write_bytes((packed / "tiny.gguf").read_bytes())
    with pytest.raises(ModelError, match="several GGUF files"):
        Encoder.load(tmp_path)


def test_a_damaged_file_is_told(packed, tmp_path):
    (tmp_path / "tiny.gguf").write_bytes((packed / "tiny.gguf").read_bytes()[:2000])
    with pytest.raises(ModelError, match="cannot load"):
        Encoder.load(tmp_path)


def test_without_the_package_it_says_what_to_install(packed, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(loading.importlib.util, "find_spec", lambda name: None if name == "gguf" else real(name))
    with pytest.raises(ModelError, match="takes the package gguf") as caught:
        Encoder.load(packed)
    assert "wardspace[gguf]" in str(caught.value.fix)
