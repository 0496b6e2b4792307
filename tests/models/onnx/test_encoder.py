"""Notes read by ONNX Runtime against those read by PyTorch, and folders that are refused."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from tests.fixtures.models import sample_texts
from wardspace.core.errors import ModelError
from wardspace.models import Encoder
from wardspace.models.onnx import OnnxEncoder
from wardspace.models.onnx.int8 import adds_in_sixteen_bits
from wardspace.models.onnx.manifest import sha256

TEXTS = [*sample_texts(8, 14), *sample_texts(4, 120, seed=1), ""]
"""Short ones, some of several windows, and an empty one."""


def damage(folder, name, content: bytes, *, listed: bool = False) -> None:
    """Replace a file; `listed` puts its digest into the manifest."""
    (folder / name).write_bytes(content)
    if listed:
        change(folder, lambda manifest: manifest["files"].update({name: sha256(folder / name)}))


def change(folder, edit) -> None:
    """Edit onnx.json."""
    path = folder / "onnx.json"
    manifest = json.loads(path.read_text())
    edit(manifest)
    path.write_text(json.dumps(manifest))


def test_notes_of_any_length_get_the_vectors_of_the_encoder(exported):
    encoder = OnnxEncoder.load(exported.folder, "fp32", threads=1)
    expected = exported.encoder.encode(TEXTS, show_progress=False, precision="fp32")
    np.testing.assert_allclose(encoder.encode(TEXTS, show_progress=False), expected, atol=1e-5)
    assert max(encoder.count_tokens(TEXTS)) > 2 * encoder.window
    assert encoder.count_tokens(TEXTS) == exported.encoder.count_tokens(TEXTS)
    assert (encoder.dimension, encoder.window, encoder.name) == (32, 32, "tiny")


def test_so_do_pairs_and_tokens(exported):
    encoder = OnnxEncoder.load(exported.folder, "fp32")
    firsts, seconds = TEXTS[:6], TEXTS[6:12]
    expected = exported.encoder.encode_pairs(firsts, seconds, show_progress=False, precision="fp32")
    np.testing.assert_allclose(encoder.encode_pairs(firsts, seconds, show_progress=False), expected, atol=1e-5)
    theirs = exported.encoder.token_vectors(TEXTS, precision="fp32")
    for found, wanted in zip(encoder.token_vectors(TEXTS), theirs, strict=True):
        np.testing.assert_allclose(found.vectors, wanted.vectors, atol=1e-5)
        assert np.array_equal(found.offsets, wanted.offsets)


def test_reading_takes_neither_torch_nor_transformers(exported):
    code = (
        "import sys; from wardspace import OnnxEncoder; OnnxEncoder.load(sys.argv[1]).encode(['No fever.']); "
        "print([name for name in ('torch', 'transformers', 'sklearn') if name in sys.modules])"
    )
    made = subprocess.run([sys.executable, "-c", code, exported.folder], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"


def test_one_string_is_refused(exported):
    encoder = OnnxEncoder.load(exported.folder, "fp32")
    for method in (
        encoder.encode,
        lambda text: list(encoder.token_vectors(text)),
        lambda t: encoder.encode_pairs(t, t),
    ):
        with pytest.raises(TypeError):
            method("No fever.")


def test_auto_takes_int8_where_it_is_faithful(exported):
    assert OnnxEncoder.load(exported.folder).variant == "int8"


def turned(folder) -> None:
    """A self-test whose vectors are those of other sentences."""
    test = json.loads((folder / "self_test.json").read_text())
    test["vectors"] = [row[::-1] for row in test["vectors"]]
    damage(folder, "self_test.json", json.dumps(test).encode(), listed=True)


@pytest.mark.parametrize("variant", ["fp32", "int8", "auto"])
def test_a_variant_that_fails_its_self_test_is_refused(variant, copied):
    turned(copied)
    with pytest.raises(ModelError, match="cosine") as caught:
        OnnxEncoder.load(copied, variant)
    assert ("fp32" in caught.value.fix) == (variant == "int8")


def test_auto_falls_back_on_fp32(copied, monkeypatch):
    run = OnnxEncoder._run

    def wrong(self, output, padded):
        return run(self, output, padded) if self.variant == "fp32" else run(self, output, padded)[:, ::-1]

    monkeypatch.setattr(OnnxEncoder, "_run", wrong)
    assert OnnxEncoder.load(copied).variant == "fp32"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "self_test.json"])
def test_a_missing_or_changed_file_is_refused(name, copied):
    damage(copied, name, (copied / name).read_bytes() + b" ")
    with pytest.raises(ModelError, match=name):
        OnnxEncoder.load(copied, "fp32")
    (copied / name).unlink()
    with pytest.raises(ModelError, match=name):
        OnnxEncoder.load(copied, "fp32")


@pytest.mark.parametrize("content", [b"", b"no graph", b"\x08\x07"])
def test_a_file_that_is_no_graph_is_refused(content, copied):
    damage(copied, "model.onnx", content, listed=True)
    with pytest.raises(ModelError):
        OnnxEncoder.load(copied, "fp32")


def test_a_damaged_self_test_is_refused(copied):
    damage(copied, "self_test.json", b"{}", listed=True)
    with pytest.raises(ModelError):
        OnnxEncoder.load(copied, "fp32")


def test_a_folder_of_another_version_is_refused(copied):
    change(copied, lambda manifest: manifest.update(version=2, new="key"))
    with pytest.raises(ModelError, match="2"):
        OnnxEncoder.load(copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", "\xff", '{"version": 1}'])
def test_a_damaged_manifest_is_refused(content, copied):
    (copied / "onnx.json").write_text(content, encoding="latin-1")
    with pytest.raises(ModelError):
        OnnxEncoder.load(copied)


def test_int8_that_is_not_there_is_refused(copied):
    change(copied, lambda manifest: manifest["files"].pop("model_int8.onnx"))
    with pytest.raises(ModelError, match="int8") as caught:
        OnnxEncoder.load(copied, "int8")
    assert "fp32" in caught.value.fix
    assert OnnxEncoder.load(copied).variant == "fp32"


def test_a_folder_without_graphs_is_refused(folder_of, tmp_path):
    for folder in (tmp_path, folder_of("bert")):
        with pytest.raises(ModelError, match="ONNX"):
            OnnxEncoder.load(folder)


def test_graphs_are_no_weights(exported):
    with pytest.raises(ModelError) as caught:
        Encoder.load(exported.folder)
    assert "OnnxEncoder" in caught.value.fix


def test_without_onnxruntime_the_error_names_the_extra(exported, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        OnnxEncoder.load(exported.folder)
    assert "wardspace[onnx]" in caught.value.fix


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [("x86_64", "avx2 avx512_vnni", False), ("x86_64", "avx2", True), ("AMD64", None, True), ("aarch64", "", False)],
)
def test_a_processor_without_vnni_gets_seven_bits(machine, flags, expected, tmp_path, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: machine)
    cpuinfo = tmp_path / "cpuinfo"
    if flags is not None:
        cpuinfo.write_text(f"flags : {flags}\n")
    assert adds_in_sixteen_bits(cpuinfo) == expected
