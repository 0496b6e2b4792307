"""Graphs against plain transformers, read by plain ONNX Runtime."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from tests.fixtures.models import sample_texts
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.onnx import OnnxEncoder
from wardspace.models.onnx.export import export_onnx
from wardspace.models.onnx.graph import EncoderGraph

SHAPES = [(1, 1), (1, 2), (2, 9), (3, 40), (7, 17), (1, 100)]


def padded(tokenizer, count: int, tokens: int) -> dict[str, torch.Tensor]:
    """Random ids, every row but the first cut short."""
    random = torch.Generator().manual_seed(count * 1000 + tokens)
    ids = torch.randint(10, 250, (count, tokens), generator=random)
    mask = torch.ones_like(ids)
    for row in range(1, count):
        mask[row, max(1, tokens - 3 * row) :] = 0
    ids[mask == 0] = tokenizer.pad_token_id
    return {"input_ids": ids, "attention_mask": mask}


def check_parity(source, exported, *, pooling: str, normalise: bool) -> None:
    """Compare the fp32 graph with a model that only transformers has touched."""
    model, tokenizer = AutoModel.from_pretrained(source).eval(), AutoTokenizer.from_pretrained(source)
    session = onnxruntime.InferenceSession(exported / "model.onnx")
    names = {one.name for one in session.get_inputs()}
    for count, tokens in SHAPES:
        given = padded(tokenizer, count, tokens)
        types = {"token_type_ids": torch.zeros_like(given["input_ids"])} if "token_type_ids" in names else {}
        with torch.inference_mode():
            hidden = model(**given, **types).last_hidden_state
        weights = given["attention_mask"][..., None].float()
        pooled = hidden[:, 0] if pooling == "cls" else (hidden * weights).sum(1) / weights.sum(1)
        expected = pooled / pooled.norm(dim=1, keepdim=True) if normalise else pooled
        feed = {name: value.numpy() for name, value in (given | types).items()}
        vectors, states = session.run(["sentence_embedding", "token_embeddings"], feed)
        np.testing.assert_allclose(vectors, expected.numpy(), atol=1e-5)
        inside = given["attention_mask"].numpy() == 1
        np.testing.assert_allclose(states[inside], hidden.numpy()[inside], atol=1e-5)


def test_a_graph_computes_what_transformers_computes(exported, folder_of):
    check_parity(folder_of("bert"), exported.folder, pooling="mean", normalise=True)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["mpnet", "roberta", "distilbert", "modernbert"])
def test_so_do_the_graphs_of_other_families(family, folder_of, tmp_path):
    pooling = "cls" if family == "modernbert" else "mean"
    encoder = Encoder.load(folder_of(family), EncoderConfig(window=32, pooling=pooling), device="cpu")
    export_onnx(encoder, tmp_path / "out", name=family)
    check_parity(folder_of(family), tmp_path / "out", pooling=pooling, normalise=encoder.normalise)
    texts = sample_texts(6, 60)
    expected = encoder.encode(texts, show_progress=False, precision="fp32")
    np.testing.assert_allclose(
        OnnxEncoder.load(tmp_path / "out").encode(texts, show_progress=False), expected, atol=1e-5
    )


def test_the_tokenizer_is_that_of_the_model(exported, folder_of):
    theirs, ours = (AutoTokenizer.from_pretrained(folder) for folder in (folder_of("bert"), exported.folder))
    texts = sample_texts()
    assert ours(texts)["input_ids"] == theirs(texts)["input_ids"]


def test_the_folder_says_nothing_of_where_it_was_made(exported, folder_of):
    place = str(folder_of("bert").parent)
    assert not [path for path in exported.folder.iterdir() if place.encode() in path.read_bytes()]


def test_the_manifest_says_what_the_graphs_compute(exported):
    found = json.loads((exported.folder / "onnx.json").read_text())
    assert (found["family"], found["pooling"], found["normalise"]) == ("bert", "mean", True)
    assert (found["window"], found["dimension"], found["weights"]) == (32, 32, "0" * 64)
    assert set(found["files"]) == {"model.onnx", "model_int8.onnx", "tokenizer.json", "self_test.json"}


def test_int8_is_smaller_and_close(exported):
    sizes = [(exported.folder / name).stat().st_size for name in ("model.onnx", "model_int8.onnx")]
    weights = sum(one.numel() for one in exported.encoder.model.parameters())
    assert sizes[0] - sizes[1] > 2 * weights  # of the four bytes of a number one is left, beside scales
    texts = sample_texts()
    whole, small = (
        OnnxEncoder.load(exported.folder, one).encode(texts, show_progress=False) for one in ("fp32", "int8")
    )
    assert (whole * small).sum(axis=1).min() > 0.98
    assert not np.array_equal(whole, small)


def test_a_folder_that_holds_something_else_is_left_alone(exported, tmp_path):
    (tmp_path / "notes.csv").write_text("mine")
    with pytest.raises(ModelError):
        export_onnx(exported.encoder, tmp_path, name="tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.csv"]


def test_a_graph_that_computes_something_else_is_not_written(exported, tmp_path, monkeypatch):
    forward = EncoderGraph.forward

    def wrong(self, input_ids, attention_mask, token_type_ids):
        vectors, tokens, pooled = forward(self, input_ids, attention_mask, token_type_ids)
        return vectors, tokens, pooled.roll(1, dims=-1)

    monkeypatch.setattr(EncoderGraph, "forward", wrong)
    with pytest.raises(ModelError, match="faithful"):
        export_onnx(exported.encoder, tmp_path / "out", name="tiny")
    assert not list(tmp_path.iterdir())


def test_without_the_extra_the_error_names_it(exported, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        export_onnx(exported.encoder, tmp_path / "out", name="tiny")
    assert "wardspace[onnx]" in caught.value.fix
