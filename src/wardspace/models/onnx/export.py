"""An encoder leaves as a folder that ONNX Runtime reads."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from wardspace.core.errors import ModelError
from wardspace.core.files import whole_folder, write_text
from wardspace.models.attention.compatibility import token_types
from wardspace.models.encoder import Encoder
from wardspace.models.files.loading import quiet
from wardspace.models.files.saving import check_target, save_tokenizer
from wardspace.models.onnx.encoder import OnnxEncoder
from wardspace.models.onnx.graph import EncoderGraph, GraphHead, write_graph
from wardspace.models.onnx.int8 import adds_in_sixteen_bits, quantise
from wardspace.models.onnx.manifest import FILES, MANIFEST, TOKENIZER, OnnxManifest, sha256
from wardspace.models.onnx.runtime import check_installed
from wardspace.models.onnx.self_test import LEAST_COSINE, SELF_TEST, SENTENCES, SelfTest

README = """---
library_name: onnx
pipeline_tag: sentence-similarity
tags: [feature-extraction, clinical]
---

Written by wardspace without a model card: `wardspace run` writes one, with scores, cost and limitations.

Open it with `wardspace.OnnxEncoder.load(folder)`, which reads long notes in overlapping windows, or the graphs with
ONNX Runtime: `onnx.json` says what they take and give.

If these weights were trained on patients' notes, protect them as you protect the notes: a language model can repeat
what it was trained on.
"""
"""What a folder says of itself where nobody has written a card."""
_SAME = 1 - 1e-5
"""Least mean cosine of the fp32 graph to PyTorch."""


def export_onnx(
    encoder: Encoder,
    folder: Path,
    *,
    name: str,
    int8: bool = False,
    weights: str | None = None,
    card: str | None = None,
    head: GraphHead | None = None,
    copied: Sequence[Path] = (),
) -> None:
    """Write an encoder as a folder with one graph, or two, and what is needed to read texts for them.

    The graph pools and normalises. Next to it are the tokenizer, `onnx.json` (see
    `wardspace.models.onnx.manifest.OnnxManifest`), and a self-test that `OnnxEncoder.load` runs.

    Parameters
    ----------
    encoder : Encoder
        The encoder.
    folder : Path
        Replaced if it holds a model; left as it was if anything fails.
    name : str
        Name of the model.
    int8 : bool
        Write a second graph with int8 weights.
    weights : str, optional
        SHA-256 of the weights, as an audit states it.
    card : str, optional
        The README.md. It never holds text of a note.
    head : GraphHead, optional
        A task's head, whose scores are one more output of the graph.
    copied : sequence of Path
        Files that go with it.

    Raises
    ------
    ModelError
        If the folder holds something else, the family cannot be exported, or a graph fails its self-test.
    """
    check_installed("onnx", "onnxruntime", "onnxscript")
    check_target(folder)
    with whole_folder(folder) as scratch:
        graph = EncoderGraph(encoder, head)
        write_graph(graph, scratch / FILES["fp32"])
        reduced = int8 and adds_in_sixteen_bits()
        if int8:
            quantise(scratch / FILES["fp32"], scratch / FILES["int8"], reduced_range=reduced)
        save_tokenizer(encoder.tokenizer, encoder.window, scratch)
        with quiet():
            encoder.model.config.save_pretrained(scratch)
        test = SelfTest.of(encoder.encode(SENTENCES, show_progress=False, precision="fp32"))
        test.write(scratch)
        for file in copied:
            shutil.copyfile(file, scratch / file.name)
        written = [FILES["fp32"], *([FILES["int8"]] if int8 else []), TOKENIZER, SELF_TEST, *(f.name for f in copied)]
        manifest = OnnxManifest(
            name=name,
            family=str(encoder.model.config.model_type),
            weights=weights,
            dimension=encoder.dimension,
            pooling=encoder.pooling,
            normalise=encoder.normalise,
            window=encoder.window,
            overlap=encoder.overlap,
            pad=encoder.reading.pad,
            token_types=token_types(encoder.model) > 0,
            reduced_range=reduced,
            head=None if head is None else head.about,
            files={file: sha256(scratch / file) for file in written},
        )
        write_text(scratch / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
        write_text(scratch / "README.md", README if card is None else card)
        _check(scratch, manifest, test)


def _check(folder: Path, manifest: OnnxManifest, test: SelfTest) -> None:
    """Refuse an export whose vectors are others than PyTorch's."""
    for variant in manifest.variants:
        found = test.cosine(OnnxEncoder.unchecked(folder, manifest, variant))
        if found < (_SAME if variant == "fp32" else LEAST_COSINE):
            raise ModelError(
                f"the {variant} graph is not faithful here: cosine {found:.4f} to PyTorch in fp32",
                fix="export without --int8" if variant == "int8" else "export it for sentence-transformers",
            )
