"""Heads of tasks in the graph of their encoder, against the kept setting itself."""

from __future__ import annotations

import json
import shutil

import numpy as np
import onnxruntime
import pytest
import torch

from tests.fixtures.models import sample_texts, tiny_model
from wardspace.config import EncoderConfig
from wardspace.core.errors import ModelError
from wardspace.models import Encoder, OnnxEncoder
from wardspace.models.tokens import affixes, token_ids
from wardspace.models.windows import padded
from wardspace.objectives.heads import TwoLayerHead
from wardspace.objectives.supervised.chains import Chain
from wardspace.objectives.supervised.tags import TagScheme
from wardspace.objectives.supervised.token_classification import TagHead
from wardspace.tasks import RunKey
from wardspace.tasks.documents.kept import TextClassifier, load_classifier
from wardspace.tasks.entities.emissions import HeadEmissions, LinearEmissions
from wardspace.tasks.entities.fitted import FittedTagger, Tagging
from wardspace.tasks.entities.kept import load_tagger, save_tagger
from wardspace.tasks.onnx import export_fitted
from wardspace.tasks.probes.logistic import LogisticModel
from wardspace.tasks.probes.scaling import BlockScaling, Scaling

RUN = RunKey("urgency", "mlm", "head", None, 0)
TEXTS = sample_texts(6)
SCHEME = TagScheme("BIO", ("drug", "sign"))
RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Encoder:
    return Encoder.load(tiny_model(tmp_path_factory.mktemp("base")), EncoderConfig(window=64), device="cpu")


def scores(folder, variant: str = "model.onnx"):
    """What plain ONNX Runtime gives for the texts, and their masks."""
    onnx = OnnxEncoder.load(folder, "fp32")
    ids, mask, types = padded(token_ids(onnx.tokenizer, TEXTS), affixes(onnx.tokenizer), onnx.manifest.pad)
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
    (found,) = onnxruntime.InferenceSession(folder / variant).run(["scores"], feed)
    return found, mask, onnx.manifest.head


def head(several: bool) -> TwoLayerHead:
    made = TwoLayerHead(RANDOM.normal(size=32).astype(np.float32), 2.0, 3, several=several)
    return made.eval()


@pytest.mark.parametrize("several", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_classifier_scores_as_it_did(several, encoder, tmp_path):
    scaling = Scaling(RANDOM.normal(size=32).astype(np.float32), 1.5) if several else None
    thresholds = np.array([0.3, 0.4, 0.5]) if several else None
    made = TextClassifier(encoder, head(several), ("a", "b", "c"), thresholds, scaling=scaling)
    made.save(tmp_path / "kept", RUN)
    export_fitted(tmp_path / "kept", tmp_path / "onnx", name="urgency-mlm-head", int8=True)
    found, _, about = scores(tmp_path / "onnx")
    logits = torch.from_numpy(found)
    kept = load_classifier(tmp_path / "kept", device="cpu")
    vectors = kept.encoder.encode(TEXTS, show_progress=False, precision="fp32")
    wanted = kept.head.probabilities(torch.from_numpy(scaling.apply(vectors) if scaling else vectors))
    assert about.activation == ("sigmoid" if several else "softmax")
    np.testing.assert_allclose(logits.sigmoid() if several else logits.softmax(1), wanted, atol=1e-5)
    assert (about.classes, about.task, about.of) == (("a", "b", "c"), "urgency", "text")
    assert {"fitted.json", "heads.safetensors"} <= set(OnnxEncoder.load(tmp_path / "onnx", "fp32").manifest.files)
    assert np.isfinite(scores(tmp_path / "onnx", "model_int8.onnx")[0]).all()


def emissions(kind: str) -> LinearEmissions | HeadEmissions:
    if kind != "linear":
        return HeadEmissions(TagHead(32, SCHEME, 3, crf=kind == "crf").eval())
    weights, intercepts = RANDOM.normal(size=(64, len(SCHEME.names))), RANDOM.normal(size=len(SCHEME.names))
    scaling = BlockScaling(RANDOM.normal(size=64).astype(np.float32), np.array([2.0, 3.0]))
    return LinearEmissions(LogisticModel(weights, intercepts, float("nan"), 0.0), scaling)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "layers"), [("linear", 2), ("tuned", 1), ("crf", 1)])
def test_a_tagger_scores_tokens_as_it_did(kind, layers, encoder, tmp_path):
    tagging = Tagging(encoder, "all", emissions(kind), Chain.of(SCHEME), layers)
    save_tagger(FittedTagger(tagging, SCHEME.types), tmp_path / "kept", RUN)
    export_fitted(tmp_path / "kept", tmp_path / "onnx", name="tagger")
    found, mask, about = scores(tmp_path / "onnx")
    kept = load_tagger(tmp_path / "kept", device="cpu").find
    read = encoder.token_vectors(TEXTS, precision="fp32", layers=encoder.spread_layers(layers))
    for own, inside, tokens in zip(found, mask, read, strict=True):
        np.testing.assert_allclose(own[inside == 1][1:-1], kept.emissions(tokens.vectors), atol=1e-4)
    assert (about.of, about.classes) == ("tokens", SCHEME.names)
    assert about.activation == ("crf" if kind == "crf" else "none")


def test_heads_of_other_kinds_are_refused(encoder, tmp_path):
    TextClassifier(encoder, head(False), ("a", "b", "c")).save(tmp_path / "kept", RUN)
    path = shutil.copytree(tmp_path / "kept", tmp_path / "other") / "fitted.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"kind": "relations"}))
    with pytest.raises(ModelError, match="relations"):
        export_fitted(path.parent, tmp_path / "onnx", name="x")
    assert not (tmp_path / "onnx").exists()
