"""One exported BERT for the room's tests: an export takes seconds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from wardspace.config import EncoderConfig
from wardspace.models import Encoder
from wardspace.models.onnx.export import export_onnx


class Exported(NamedTuple):
    encoder: Encoder
    folder: Path


@pytest.fixture(scope="session")
def exported(folder_of, tmp_path_factory) -> Exported:
    """A tiny BERT and its two graphs (read only: tests share them)."""
    encoder = Encoder.load(folder_of("bert"), EncoderConfig(window=32, normalise="yes"), device="cpu")
    folder = tmp_path_factory.mktemp("onnx") / "bert"
    export_onnx(encoder, folder, name="tiny", int8=True, weights="0" * 64)
    return Exported(encoder, folder)


@pytest.fixture
def copied(exported, tmp_path) -> Path:
    """A copy of its folder, to be damaged."""
    return Path(shutil.copytree(exported.folder, tmp_path / "copy"))
